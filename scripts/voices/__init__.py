"""Speech and car noise for benches, training and the bundled recordings. Build-time only: nothing of cabin imports it.

python -m scripts.voices.fetch                      get the voices (once, about 140 MB)
python -m scripts.voices.speak "open my window" --voice bm_george --out open.wav
python -m scripts.voices.demo_recordings            make the recordings of `cabin demo` again
python -m scripts.voices.misheard                   learn what Moonshine mishears in car noise
"""
