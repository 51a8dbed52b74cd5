"""What may never be stored in clear: found, masked and sealed here and nowhere else."""
