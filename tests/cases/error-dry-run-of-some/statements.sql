-- step 1 delete public.playlist, a: not run

-- step 2 delete public.playlist, b: not run
