"""Systems of 2020 and later, by family: a row each, as `json.formats` explains."""
