"""Layouts that are not objects in lists: columns, rows under a header, typed values, XML."""
