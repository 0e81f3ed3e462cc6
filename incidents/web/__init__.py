"""What views share: access, forms, submissions, redirects, uploads."""
