"""How fast, told as ratios against a floor or a peer measured in the same run; run by `hongye bench NAME`."""
