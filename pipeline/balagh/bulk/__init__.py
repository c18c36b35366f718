"""Tag files, folders and streams of any size: bounded memory, in order, and safe to kill at any moment.

`balagh.bulk.run.run` does a `balagh.bulk.job.Job`. The way of the data, a module a step:

``sources`` finds the inputs, ``streams`` opens them, ``rows`` reads them, ``chunks`` bundles the rows, ``work``
tags a bundle (in this process or in ``workers``), ``sink`` writes what comes out, and ``journal`` remembers how
far that is on the disk.
"""
