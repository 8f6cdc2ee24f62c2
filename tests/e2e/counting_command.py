"""A command that counts its runs, for what tries it again."""

# Counts them in the file `count`, then does what its argument says, with $n the number of this one.
COUNTING = 'n=$(($(cat count 2>/dev/null || echo 0) + 1)); echo $n > count; '

QUICK = ("-d", "0")


def counting(rest):
    return ("sh", "-c", COUNTING + rest)
