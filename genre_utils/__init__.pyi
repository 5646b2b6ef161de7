from . import audio as audio
from . import data as data
from . import evaluation as evaluation
from . import models as models
from . import plots as plots
from . import recommend as recommend
from . import report as report
from . import tool as tool

__version__: str
