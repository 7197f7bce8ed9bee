"""The exhibits by subject, a module each; :mod:`cxzy_study.output.exhibits` puts them in the order of the report."""
