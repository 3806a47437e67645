"""`python -m tf_seq2seq_compat` is the command line."""

import sys

from tf_seq2seq_compat.cli import main

sys.exit(main())
