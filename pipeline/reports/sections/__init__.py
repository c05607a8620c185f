"""What the reports are made of: a folder per report, a module per section or page. Some serve several reports."""
