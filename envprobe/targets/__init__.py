"""Where a program can run, `local://`, `docker://`, `image://`, `ssh://`, …: one row of scheme.ROWS and one file each."""
