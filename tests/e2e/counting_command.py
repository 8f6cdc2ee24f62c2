"""A command that counts its runs, for tests of retries."""

# Counts the runs in the file `count`, then does what its argument says; $n is the number of the current run.
COUNTING = 'n=$(($(cat count 2>/dev/null || echo 0) + 1)); echo $n > count; '

QUICK = ("-d", "0")


def counting(rest):
    return ("sh", "-c", COUNTING + rest)
