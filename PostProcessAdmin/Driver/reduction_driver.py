"""Runs one reduction script and writes down what came of it.

    PYTHON reduction_driver.py REQUEST.json
    PYTHON reduction_driver.py --wait ROOM

post-process-admin starts this in the output directory, with descriptors 1 and 2 on the log files; or before there is a
run (--wait), and says which one it is when there is. docs/scripts.md says what a script may rely on. What shapes the code:
- The script may break anything in this process: streams, descriptors, cwd, sys.path, json, os. What is needed after it
  has run is bound before, and its failure never prevents the result.
- The result is written when the script has returned, before Python shuts down: extension modules like to crash there.
  Shutting down is left to Python all the same, because that is what flushes files a script has left open.
- Python 3.6 is enough, and only what every run needs is imported: this is on the path of each of them.
"""
import _signal  # signal without its enums: a millisecond less
import faulthandler
import gc
import json
import os
import re
import sys

ModuleSpec = type(sys.__spec__)  # importlib.machinery would take a millisecond

STANDARD_LIBRARY = [os.path.dirname(os.__file__)] if hasattr(os, "__file__") else []  # not so where it is frozen
TRACEBACK_MODULES = ("traceback", "linecache", "tokenize", "token", "textwrap", "contextlib", "codeop", "_colorize")
VARS, SCRIPT = "reduce_vars", "reducescript"
MESSAGE_LIMIT = 10000  # characters
EXIT_WAIT_SECONDS = 60
HANG_WAIT_SECONDS = 5
GATE_CLOSED = 75  # exit code: EX_TEMPFAIL
WAIT, ORDER_DESCRIPTOR, DIRECTORY_DESCRIPTOR = "--wait", 4, 5

notes = []    # for the person who reads the admin log
sources = {}  # file name in tracebacks -> text that was compiled

# Bound before the script can patch them.
iterencode = json.JSONEncoder(ensure_ascii=False).iterencode
getpid, exit_now = os.getpid, os._exit
open_file, write, close, fchmod, fstat, replace = os.open, os.write, os.close, os.fchmod, os.fstat, os.replace


class Log:
    """The file behind descriptor 2, also when the script has closed or redirected that."""

    def __init__(self):
        self.descriptors = (2, os.dup(2))
        self.spare = os.dup(2)
        self.identity = self.identify(2)

    def write(self, text):
        data = text.encode("utf-8", "backslashreplace")
        for descriptor in self.descriptors:
            try:
                if self.has(descriptor):
                    write_all(descriptor, data)
                    return
            except OSError:
                pass  # full, or it can't be written any more: the other one may do

    def make_room(self):
        """Gives one descriptor back: a script that has left all others open could not be reported without."""
        if self.has(self.spare):
            close(self.spare)

    def has(self, descriptor):
        # The number of one that the script has closed may by now belong to one of its data files.
        try:
            return self.identify(descriptor) == self.identity
        except OSError:
            return False

    @staticmethod
    def identify(descriptor):
        status = fstat(descriptor)
        return status.st_dev, status.st_ino


class ReduceVars:
    """Finds and loads reduce_vars: the instrument's own file, overlaid with the variables of the message."""

    def __init__(self, path, overlay):
        self.path = path
        self.overlay = overlay

    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self, origin=self.path) if name == VARS else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        if self.path:
            module.__file__ = self.path
            try:
                code = compile_file(self.path, self.path)
            except (FileNotFoundError, NotADirectoryError):
                code = ""
            exec(code, module.__dict__)
        for name, values in self.overlay.items():
            if not isinstance(getattr(module, name, None), dict):
                setattr(module, name, {})
            getattr(module, name).update(values or {})


class ReduceScript:
    """Finds and loads reducescript, in processes that multiprocessing starts anew: what they unpickle may be of it."""

    def __init__(self, request):
        self.request = request

    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self) if name == SCRIPT else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        code = compile_script(self.request)
        module.__dict__.update(script_globals(self.request))
        exec(code, module.__dict__)


def wait_for_go(gate):
    """Until the run is announced: Python has come up meanwhile. Nothing is run for a post-process-admin that died."""
    # Opening waits for nobody: one that died before would never come.
    end = os.open(gate, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(end, True)
    if not os.read(end, 1):
        exit_now(GATE_CLOSED)
    close(end)


def wait_for_run():
    """Waits until there is a run, and becomes what would have been started for it; the path of its request.

    Where that can't be, or Python would come up otherwise by now, this ends as at a gate that closed: another one is started.
    """
    drop_own_directory()
    decode(b"", "")  # its pattern is compiled once
    looked = look()
    close(DIRECTORY_DESCRIPTOR)
    with open(ORDER_DESCRIPTOR, "rb") as pipe:
        order = pipe.read()
    if not order:
        exit_now(GATE_CLOSED)
    try:
        if look() != looked:
            raise OSError("Python or its modules were replaced")
        return become(json.loads(order.decode("utf-8")))
    except Exception as error:
        write_all(2, "{}: {}\n".format(type(error).__name__, error).encode("utf-8", "replace"))
        exit_now(GATE_CLOSED)


def look():
    """Changes when modules come and go, where Python has looked for them, or when it is replaced itself."""
    seen = []
    for path in sys.path + [sys.executable]:
        try:
            status = os.stat(path)
            seen.append((status.st_dev, status.st_ino, status.st_mtime))
        except OSError:
            seen.append(None)
    return seen


def become(order):
    """Arguments, environment, umask and this file's name as the order has them: inside, and for those who look from outside."""
    arguments = [sys.orig_argv[0] if hasattr(sys, "orig_argv") else sys.executable, order["driver"], order["request"]]
    show(arguments, order["room"], order["tag"] + "=" + order["environment"][order["tag"]])
    del os.environ[order["room"]]
    os.environ.update(order["environment"])
    if order["umask"] is not None:
        os.umask(order["umask"])
    sys.orig_argv = arguments
    globals()["__file__"] = order["driver"]
    return order["request"]


def show(arguments, room, variable):
    """Overwrites what exec has put there: /proc/PID/cmdline and environ, and what C code gets of its environment, are that memory."""
    with open("/proc/self/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    arguments_start, arguments_end, environment_start, environment_end = map(int, fields[45:49])  # proc_pid_stat(5)
    with open("/proc/self/mem", "r+b", buffering=0) as memory:
        overwrite(memory, arguments_start, arguments_end, "".join(argument + "\0" for argument in arguments))
        memory.seek(environment_start)
        before, name, after = memory.read(environment_end - environment_start).partition(room.encode("utf-8") + b"=")
        start = environment_start + len(before)
        overwrite(memory, start, start + len(name) + after.index(b"\0"), variable)


def overwrite(memory, start, end, text):
    data = text.encode("utf-8", "surrogateescape")
    if len(data) > end - start:
        raise OSError("{} bytes of arguments or environment have room for {}".format(len(data), end - start))
    memory.seek(start)
    write_all(memory.fileno(), data.ljust(end - start, b"\0"))


def compile_file(path, name, encoding=None):
    with open(path, "rb") as file:
        text = decode(file.read(), name, encoding)
    sources[name] = text
    return compile(text, name, "exec", dont_inherit=True)


def decode(data, name, known=None):
    """Text of a source file with \\n line ends: as is known, or by its BOM or PEP 263 cookie, else as UTF-8, else as latin-1."""
    encoding = known or "utf-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SyntaxError(name + " is UTF-16 text (\"Unicode\" in some editors), which Python does not run: save it as UTF-8")
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    elif not known:
        cookie = re.match(rb"(?:[ \t\f]*(?:#.*)?\r?\n)?[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", data)
        encoding = usual_name(cookie.group(1).decode()) if cookie else encoding
    try:
        text = data.decode(encoding)
    except LookupError:
        raise SyntaxError("unknown encoding: " + encoding) from None
    except UnicodeDecodeError:
        notes.append("{} is not valid {}; read as latin-1".format(name, encoding))
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def usual_name(cookie):
    """A cookie's encoding without the line ends that Emacs adds to it, such as utf-8-unix; Python's own parser does the same."""
    name = cookie.lower().replace("_", "-")
    for usual in "utf-8", "latin-1", "iso-8859-1", "iso-latin-1":
        if name == usual or name.startswith(usual + "-"):
            return "utf-8" if usual == "utf-8" else "latin-1"
    return cookie


def prepare(request):
    """Log streams, sys.path and reduce_vars as scripts expect them."""
    for name, descriptor in ("stdout", 1), ("stderr", 2):
        # UTF-8 whatever the locale is, and line by line for people who watch the log.
        stream = open(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
        setattr(sys, name, stream)
        setattr(sys, "__" + name + "__", stream)
    faulthandler.enable()

    os.chdir(request["output_dir"])  # a wrapper may have gone elsewhere, a container begins elsewhere
    drop_own_directory()
    sys.path[:0] = request.get("script_directories") or []
    sys.argv = [name_of_script(request)]
    find_modules(request)


def drop_own_directory():
    own_directory = os.path.dirname(os.path.realpath(__file__))
    if sys.path and os.path.realpath(sys.path[0]) == own_directory:
        del sys.path[0]  # not there with -I or -P


def find_modules(request):
    overlay = {name: request.get(name) for name in ("standard_vars", "advanced_vars")}
    sys.meta_path[:0] = [ReduceVars(request.get(VARS), overlay), ReduceScript(request)]


def name_of_script(request):
    return request.get("script_name") or request["script"]


def compile_script(request):
    return compile_file(request["script"], name_of_script(request), request.get("script_encoding"))


def script_globals(request):
    return {"input_file": request["input_file"], "output_dir": request["output_dir"], "web_var": __import__(VARS),
            "__file__": request.get("script_file") or name_of_script(request), "__package__": ""}


def run_script(request, result):
    """Goes through the stages of a run and fills in what the script returns. Raises whatever it raises."""
    inputs = {"input_file": request["input_file"], "output_dir": request["output_dir"]}
    result["stage"] = "vars"
    known = script_globals(request)

    result["stage"] = "compile"
    code = compile_script(request)

    result["stage"] = "load"
    module = sys.modules[SCRIPT] = type(sys)(SCRIPT)
    script = module.__dict__
    script.update(known)
    try:
        exec(code, script)
    except BaseException:
        # A top-level script may list a run because it can't be reduced.
        skipped = skipped_run(script.get("SKIP_RUNS"), request.get("run_numbers") or [])
        if skipped is None:
            raise
    else:
        skipped = skipped_run(script.get("SKIP_RUNS"), request.get("run_numbers") or [])
    if skipped is not None:
        result.update(outcome="skipped", message="Reduction Skipped: run {} is in SKIP_RUNS".format(skipped))
    elif callable(script.get("main")):
        result["stage"] = "main"
        result["destinations"] = paths(script["main"](**inputs), "return value", inputs["output_dir"])
    else:
        result["output_files"] = paths(script.get("output"), "output", inputs["output_dir"])


def skipped_run(listed, run_numbers):
    """The first of the run numbers that the script lists, as numbers or as text; None: none is."""
    if not isinstance(listed, (list, tuple, set, frozenset, range)):
        if listed is not None:
            notes.append("SKIP_RUNS of type {} ignored, it should be a list".format(type(listed).__name__))
        return None
    listed = {str(number).strip() for number in listed}
    return next((number for number in run_numbers if str(number) in listed), None)


def paths(value, what, output_dir):
    """Absolute paths out of a string, or a list, tuple or set of them; anything else is noted and ignored."""
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=str)
    items = value if isinstance(value, (list, tuple)) else [value]
    for item in items:
        if type(item).__name__ == "coroutine":
            item.close()  # else Python warns, with lines of this file
    for name in sorted({type(item).__name__ for item in items if not isinstance(item, (str, type(None)))}):
        notes.append("{} of type {} ignored".format(what, name))
    try:
        base = os.getcwd()
    except OSError:  # the script has deleted it
        base = output_dir
    return [os.path.normpath(os.path.join(base, item)) for item in items if isinstance(item, str) and item]


def judge(error, result, log):
    """Turns what ended the script into an outcome, and writes the traceback into the log."""
    try:
        text = str(error)
    except BaseException:
        text = "<str() of the exception failed>"
    is_missing = isinstance(error, ModuleNotFoundError)  # whatever the module is called
    if result["stage"] in ("load", "main") and not is_missing and re.search(r"\bskip", text, re.IGNORECASE):
        result.update(outcome="skipped", message=shorten("Reduction Skipped: " + text))
        log.write(result["message"] + "\n")
        return

    if isinstance(error, SystemExit):
        code = 0 if error.code is None else error.code if isinstance(error.code, int) else 1
        result["exit_code"] = code & 0xFF  # as the system would have seen it
        text = "" if error.code is None or isinstance(error.code, int) else text + "; "
        text += "the script called sys.exit, exit code {}".format(result["exit_code"])
    if result["stage"] == "vars" and VARS not in text:
        text += " (in {}.py)".format(VARS)
    message = "REDUCTION Error: " + type(error).__name__ + (": " + text if text else "")
    result.update(outcome="error", message=shorten(message))
    log.write(format_traceback(error) or result["message"] + "\n")
    if result["stage"] == "main" and isinstance(error, TypeError) and own_frames(error) is None:
        log.write("The script's main is called as main(input_file=..., output_dir=...)\n")


def shorten(text):
    return text if len(text) <= MESSAGE_LIMIT else text[:MESSAGE_LIMIT] + " [cut]"


def own_frames(error):
    """The traceback from the first frame that is not the driver's; None where all are."""
    trace = error.__traceback__
    while trace and trace.tb_frame.f_code.co_filename.startswith((main.__code__.co_filename, "<frozen importlib")):
        trace = trace.tb_next
    return trace


def format_traceback(error):
    """The error with the script's frames; None when the script has broken even that."""
    trace, modules, path = own_frames(error), dict(sys.modules), sys.path[:]
    try:
        # Python's own, whatever the script's folders hold under these names, or the script has put in their places.
        for name in TRACEBACK_MODULES:
            sys.modules.pop(name, None)
        sys.path[:0] = STANDARD_LIBRARY
        import linecache
        import traceback
        for name, text in sources.items():
            # No time stamp: linecache then believes these lines, whatever became of the file.
            linecache.cache[name] = (len(text), None, [line + "\n" for line in text.split("\n")], name)
        return "".join(traceback.format_exception(type(error), error, trace))
    except BaseException:
        return None
    finally:
        sys.path[:] = path
        sys.modules.update(modules)


def probe_software(names):
    """Name and version of the first of the modules that the script has imported."""
    for name in [names] if isinstance(names, str) else names or []:
        if sys.modules.get(name) is not None:
            try:
                version = getattr(sys.modules[name], "__version__", None)
            except BaseException:  # a module may do anything when it is asked
                version = None
            return {"name": name, "version": version if isinstance(version, str) else None}
    return None


def write_result(path, result):
    temporary = path + ".tmp"  # is there already: request["begun"]
    descriptor = open_file(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        fchmod(descriptor, 0o600)  # whatever umask the script has set
        # Unpaired surrogates (file names that are not UTF-8) become "?": other JSON readers refuse them.
        write_all(descriptor, "".join(iterencode(result)).encode("utf-8", "replace"))
    finally:
        close(descriptor)
    replace(temporary, path)


def write_all(descriptor, data):
    while data:
        data = data[write(descriptor, data):]


def flush_streams():
    for name in ("stdout", "stderr"):
        for stream in (name, "__" + name + "__"):
            try:
                getattr(sys, stream).flush()
            except BaseException:
                setattr(sys, stream, None)  # else Python tries again at its end and exits with 120


def bound_exit(path, result, seconds, log):
    """Threads and exit handlers that the script has left behind get this long; then the process ends regardless.

    By a signal, not by a thread: Python up to 3.10 may crash when it ends while a thread is just starting. Where C code
    hangs, Python handles no signal; what comes then is a thread without Python, which says in the log where it hangs.
    """
    def end(signal, frame):
        threading = sys.modules.get("threading")
        threads = set(threading.enumerate()) - {threading.main_thread()} if threading else set()
        left = sorted(thread.name for thread in threads if not thread.daemon)
        what = "threads " + ", ".join(left) if left else "exit handlers"
        notes.append("Python was ended {:g} s after the script; still running: {}".format(seconds, what))
        write_result(path, result)
        flush_streams()
        exit_now(0)

    _signal.signal(_signal.SIGALRM, end)
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, [_signal.SIGALRM])
    _signal.setitimer(_signal.ITIMER_REAL, seconds)
    for descriptor in list(filter(log.has, log.descriptors))[-1:]:
        faulthandler.dump_traceback_later(seconds + HANG_WAIT_SECONDS, exit=True, file=descriptor)


def main(request_path):
    with open(request_path, encoding="utf-8") as file:
        request = json.load(file)
    process = getpid()
    log = Log()
    if hasattr(gc, "freeze"):
        gc.freeze()  # what Python itself consists of is not looked through again: half of the time of its end
    result = {"outcome": "complete", "message": None, "exit_code": None, "stage": None, "destinations": [],
              "output_files": [], "notes": notes, "software": None}
    if request.get("gate"):
        wait_for_go(request["gate"])
    if request.get("begun"):
        open(request["begun"], "w").close()
    try:
        try:
            prepare(request)
            run_script(request, result)
        finally:
            log.make_room()
    except BaseException as error:
        judge(error, result, log)
    if getpid() != process:
        return int(result["outcome"] == "error")  # a fork of the script came back; the original reports
    result["software"] = probe_software(request.get("software"))
    flush_streams()
    write_result(request["result"], result)
    bound_exit(request["result"], result, request.get("exit_wait_seconds", EXIT_WAIT_SECONDS), log)
    return 0


if __name__ == "__main__":
    sys.exit(main(wait_for_run() if sys.argv[1] == WAIT else sys.argv[1]))
if __name__ == "__mp_main__":  # multiprocessing loads it so, in processes that it doesn't fork
    with open(os.path.join(os.path.dirname(__file__), "request.json"), encoding="utf-8") as file:
        find_modules(json.load(file))
