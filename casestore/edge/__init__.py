"""What every answer of this server shares: failures, limits, headers, pages, metrics."""
