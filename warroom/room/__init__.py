"""Pages and menus that name pages of every app: the only place that may."""
