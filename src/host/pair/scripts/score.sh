#!/bin/sh
# Wayout: one part of this proxy's score in the election. The sum is what keepalived adds to its priority.
#   score NAME VALUE
scores=/run/wayout-pair/scores
mkdir -p "$scores"
echo "$2" > "$scores/$1"
sum=0
for part in "$scores"/*; do
  read -r value < "$part" && sum=$((sum + value))
done
now=
read -r now < /run/wayout-pair/score 2>/dev/null
[ "$now" = "$sum" ] || echo "$sum" > /run/wayout-pair/score
