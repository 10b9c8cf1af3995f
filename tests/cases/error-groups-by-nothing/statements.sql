-- step 1 groups public.track, tracks.groups: not run

-- step 2 count public.artist, artists: not run
