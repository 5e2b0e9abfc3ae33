// Package bench measures the product beside what it could at best be: the same work without it, on the same machine, in
// turns. A measurement is a row; a row has sides, of which the first is the product and the others are comparators, and
// targets that compare them. Sides run A, B, A, B, … so that a machine that slows down slows both; medians and spreads
// come from those rounds, ratios from the pairs within a round.
//
// Wrong results end a run with an error, slow ones never do: a target that is missed is told in the table.
package bench
