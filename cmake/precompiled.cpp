// A target with precompiled headers needs a source; they are what it is for.
