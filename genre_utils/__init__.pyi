from . import audio as audio
from . import cli as cli
from . import cluster as cluster
from . import data as data
from . import evaluation as evaluation
from . import live as live
from . import models as models
from . import plots as plots
from . import recommend as recommend
from . import report as report
from . import sources as sources

__version__: str
