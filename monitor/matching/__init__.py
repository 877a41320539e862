"""Listed terms in folded text, as mentions with evidence; used by rules, classifiers and stories alike."""
