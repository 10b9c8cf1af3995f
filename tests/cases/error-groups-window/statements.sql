-- step 1 groups public.track, tracks.a: not run

-- step 2 groups public.track, tracks.b: not run

-- step 3 groups public.track, tracks.c: not run
