"""`python FOLDER run …` is `tf-seq2seq-compat run …`, with no folder of the program in sys.path."""

import sys

from tf_seq2seq_compat.cli import main

sys.exit(main())
