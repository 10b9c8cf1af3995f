-- step 1 count public.artist, artists: not run

-- step 2 lookup public.genre, genre: not run
