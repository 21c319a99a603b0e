"""The built-in sample site of `danchieu demo`."""
