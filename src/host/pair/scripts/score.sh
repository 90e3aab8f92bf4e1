#!/bin/sh
# Wayout: one part of this proxy's score in the election. The sum is what keepalived adds to its priority.
#   score NAME VALUE
scores=/run/wayout-pair/scores
mkdir -p "$scores"
# The watch, the role and a planned switch score at the same time: one that sums up what another one is just writing would
# tell keepalived of a score that is nobody's.
exec 9> /run/wayout-pair/score.lock
flock 9
echo "$2" > "$scores/$1"
sum=0
for part in "$scores"/*; do
  read -r value < "$part" && sum=$((sum + value))
done
now=
read -r now 2>/dev/null < /run/wayout-pair/score
[ "$now" = "$sum" ] || echo "$sum" > /run/wayout-pair/score
