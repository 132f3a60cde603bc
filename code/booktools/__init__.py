"""Commands beside the build: find a browser, install KaTeX's fonts, print the book on paper."""
