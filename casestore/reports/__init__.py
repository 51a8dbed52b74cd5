"""Reports as people read them: figures to tables, charts, workbooks and documents. Pure."""
