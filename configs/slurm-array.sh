#!/bin/sh
# A Slurm array: a hundred tasks, ten at a time, each under oversee with a log and a summary of its own: sbatch slurm-array.sh
#
# Slurm's limit only kills. oversee's comes first (-t, -k), so that the task can put its things away and its log tells what
# it was doing; Slurm's TERM, two minutes before its own limit, goes to oversee, and through it to the whole task.

#SBATCH --job-name=sweep
#SBATCH --array=0-99%10
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=01:00:00
#SBATCH --signal=TERM@120
#SBATCH --output=sweep-%A-%a.out

set -eu

task=${SLURM_ARRAY_TASK_ID:?this is a script for sbatch --array}
results=${SWEEP_RESULTS:-results}
program=${SWEEP_PROGRAM:-./simulate}

# An array that is submitted again does only what has not been done.
if [ -e "$results/$task.done" ]; then exit 0; fi
mkdir -p "$results"

# oversee stands behind srun, on the node where the task's processes are. Those of an exit status 75 (try again) or of a
# silence of ten minutes are started once more. -m is below --mem, so that the summary says which process took it.
srun --ntasks=1 --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" \
  oversee -t 50m -T 55m -k 1m -i 10m -r 1 --retry-on exit:75,idle -m 3800MiB --stdin null --name "sweep-$task" \
  --log "$results/$task.log" --json "$results/$task.json" -- "$program" --seed "$task" --output "$results/$task.out"

# Not after a failure: set -e has ended the script, with oversee's status, which sacct shows.
: >"$results/$task.done"
