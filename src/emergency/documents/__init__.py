"""Documents (公文) in the layout of GB/T 9704-2012: made from an incident as it was judged, then rendered."""
