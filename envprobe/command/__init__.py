"""What envprobe does, as typed functions: the command line, the pytest plugin, the notebook and scripts all enter here.

The only room that may import all others. Nothing prints and nothing exits; trouble is an EnvprobeError, drift is a value.
"""
