"""Azure starts here. Indexing needs no settings; they are read when the first request comes."""

import os

from functions import create_app
from shared.services import connect, on_first_use

app = create_app(on_first_use(lambda: connect(os.environ)))
