"""The errors of the whole program; a module of its own so that `--help` need not load tables.

ModerationError                anything the user can mend; one clear line, exit status 1
├── InputError                 a dump, label table or scored file cannot be read
│   └── UnknownFormatError     no reader knows the file; the message lists the formats
├── OutputError                a result cannot be written (disk full, no permission)
├── LabelError                 a label table or ledger breaks its contract
│   └── LedgerError            a line of the ledger is no entry; nothing is written after it
├── ModelError                 a model folder is missing, damaged, newer, or not a model
├── GoalError                  an operating point cannot be reached, or its sentence parsed
├── ApplyError                 a decision cannot be carried to the site, or not as it should
├── ClusterError               the cluster cannot be reached, or was lost on the way
└── InternalError              this program broke a promise; the user is told, and is not at fault
"""


class ModerationError(Exception):
    """What went wrong, where, and the way out, in one line."""


class InputError(ModerationError):
    """A file cannot be read; the message begins with its place (`file:line: …`)."""


class UnknownFormatError(InputError):
    """No reader recognises the file."""


class OutputError(ModerationError):
    """A result cannot be written."""


class LabelError(ModerationError):
    """A label table or the ledger breaks its contract."""


class LedgerError(LabelError):
    """The ledger cannot be read, or a line of it is no entry; the message begins with its place."""


class ModelError(ModerationError):
    """A model folder cannot be trusted or loaded."""


class GoalError(ModerationError):
    """A stated operating point cannot be parsed or reached."""


class ApplyError(ModerationError):
    """A decision cannot be carried to the site, or the site did not do what it was asked."""


class ClusterError(ModerationError):
    """The cluster does not answer or was lost; a run that is started again goes on."""


class InternalError(ModerationError):
    """A promise of this program is broken (a record vanished); the message says where."""
