"""Makes random chat templates and records what Jinja in Hugging Face transformers renders for each.

The committed set, replayed by TemplateFuzzTest (from the repository root, with transformers and jinja2):
    python src/test/python/fuzz_templates.py --seeds 0 --cases 400 --out src/test/resources/chat/fuzz.jsonl
Other seeds against the Java renderer:
    python src/test/python/fuzz_templates.py --seeds 1:21 --cases 500 --out target/fuzz.jsonl
    mvn -o test -Dtest=TemplateFuzzTest -Dgensweep.templates=target/fuzz.jsonl
The first line of the file holds the variables and the clock, each other line a case: {template, expected | error}.
"""

import argparse
import copy
import datetime
import json
import multiprocessing
import random

import transformers.utils.chat_template_utils as chat

NOW = datetime.datetime(2024, 7, 6, 15, 4, 5)
VARIABLES = {
    "bos_token": "<s>",
    "add_generation_prompt": True,
    "tools": None,
    "empty": "",
    "text": "  Hello, wörld!\nsecond line  \n\n\tthird ",
    "letters": "\u01c6 \u00df \u0130stanbul \U0001f642 a\u0301 O'Neil-smith",
    "number": 7,
    "ratio": 0.1,
    "negative": -3,
    "items": [3, 1, 2, 1],
    "words": ["b", "A", "c d", "", "b"],
    "mixed": [1, "x", None, True, 2.5, [1, "y"], {"k": "v"}],
    "nested": {"b": {"c": [1, {"d": "deep"}]}, "a": None, "items": 5, "10": "ten"},
    "messages": [
        {"role": "system", "content": " Be brief. "},
        {"role": "user", "content": "What is <b>2 + 2</b>?\n"},
        {"role": "assistant", "content": "<think>\nhm\n</think>\n\n4", "score": 0.5},
        {"role": "user", "content": "quote \" and ' and \\ é \u2028", "name": "Ann"},
        {"role": "assistant", "content": None, "tool_calls": [{"name": "f", "arguments": {"x": 1}}]},
    ],
}
TEXTS = ["a", "b", "ab", "", " ", "\n", "x y", "Hello", "'", '"', "\\", "é", "\U0001f642", "}}", "{%", "%}", "#}", "-", "\t", "1", "2.5", "</think>", "user", "role", "\u00a0", "İ"]
FIELDS = ["role", "content", "name", "score", "tool_calls", "missing"]


class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


class Grammar:
    """Writes templates; every method gives text of the kind that its name says, mostly well typed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.names = {"text": ["text", "letters", "empty", "bos_token"], "int": ["number", "negative"], "list": ["items", "words", "mixed", "messages"], "dict": ["nested"], "any": ["tools", "ratio", "undefined_name", "add_generation_prompt"]}
        self.macros = []
        self.loops = 0
        self.in_loop = False
        self.serial = 0

    def pick(self, *choices):
        choice = self.random.choice(choices)
        return choice() if callable(choice) else choice

    def chance(self, share):
        return self.random.random() < share

    def space(self):
        return self.random.choice([" ", " ", " ", "", "  ", "\n"])

    # Literals

    def literal(self, value):
        quote = self.random.choice("'\"")
        written = []
        for c in value:
            if c == quote or c == "\\":
                written.append("\\" + c)
            elif c == "\n":
                written.append("\\n")
            elif self.chance(0.05) and ord(c) < 0x10000:
                written.append(f"\\u{ord(c):04x}")
            elif self.chance(0.03) and ord(c) < 0x100:
                written.append(f"\\x{ord(c):02x}")
            else:
                written.append(c)
        if self.chance(0.05):
            written.append(self.random.choice(["\\d", "\\t", "\\101", "\\'", "\\a", "\\0", "\\x41", "\\U0001F642", "\\8"]))
        return quote + "".join(written) + quote

    def string(self):
        return self.literal("".join(self.random.choice(TEXTS) for _ in range(self.random.choice([0, 1, 1, 1, 2, 3]))))

    def integer(self):
        return str(self.random.choice([0, 1, 2, 3, 5, 10, 100, 7, 1_000_000, 255]))

    def real(self):
        return self.random.choice(["0.5", "2.5", "1e3", "0.1", "1.0", "3.14159", "1e-5", "2e16", "100.0", "0.30000000000000004", "1.5e+2", "1_0.5"])

    # Expressions

    def expression(self, kind, depth):
        if depth <= 0:
            return self.leaf(kind)
        if self.chance(0.03):
            kind = self.random.choice(["text", "int", "list", "dict", "bool", "any"])
        if self.chance(0.08):
            return "(" + self.expression(kind, depth - 1) + ")"
        if self.chance(0.06):
            return self.conditional(kind, depth)
        if kind == "any":
            return self.anything(depth)
        return getattr(self, kind)(depth)

    def leaf(self, kind):
        known = self.names.get(kind, [])
        if known and self.chance(0.6):
            return self.random.choice(known)
        if kind == "text":
            return self.string()
        if kind == "int":
            return self.integer()
        if kind == "list":
            return self.pick("[1, 'b', 3]", "['x', 'y']", "(1, 2)", "[]", "()", "('a',)", "range(4)", "[[1, 2], [3, 4]]", "range(5, 0, -2)")
        if kind == "dict":
            return self.pick("{'a': 1, 'b': 'c'}", "{}", "dict(x=1, y='z')", "messages[1]", "{1: 'one', 'B': 2, 'a': 3}" , "{'q': none, 'list': [1, 2]}")
        if kind == "bool":
            return self.pick("true", "false", "True", "False", "add_generation_prompt", "none")
        return self.pick(self.string, self.integer, self.real, "none", "None", "undefined_name", "tools", "[none, true]")

    def conditional(self, kind, depth):
        text = self.expression(kind, depth - 1) + " if " + self.expression("bool", depth - 1)
        return text + (" else " + self.expression(kind, depth - 1) if self.chance(0.85) else "")

    def anything(self, depth):
        return self.pick(
            lambda: self.expression("text", depth),
            lambda: self.expression("int", depth),
            lambda: self.expression("list", depth),
            lambda: self.expression("dict", depth),
            lambda: self.expression("bool", depth),
            lambda: self.number(depth),
            lambda: self.member(depth),
            lambda: self.expression("any", depth - 1) + self.pick(" or ", " and ") + self.expression("any", depth - 1),
            lambda: self.expression("list", depth - 1) + self.pick(" | first", " | last", "[0]", "[-1]", " | min", " | max", "[1]"),
            lambda: self.leaf("any"),
        )

    def operand(self, kind, depth):
        inner = self.expression(kind, depth)
        return inner if inner.replace("_", "a").isalnum() or self.chance(0.15) else "(" + inner + ")"

    def member(self, depth):
        field = self.random.choice(FIELDS)
        message = self.pick("messages[0]", "messages[-1]", "messages[3]", "(messages | last)", "messages.2", "nested", "loop", "messages[1:][0]")
        return self.pick(
            f"{message}.{field}",
            f"{message}['{field}']",
            f"{message}.get('{field}')",
            lambda: f"{message}.get('{field}', {self.expression('any', depth - 1)})",
            "nested.b.c[1].d",
            "nested['b']['c'][0]",
            "nested.items",
            "nested['items']",
            "nested.b.missing",
            "nested['10']",
            lambda: f"{self.operand('any', depth - 1)}.{field}",
        )

    def number(self, depth):
        return self.pick(
            self.real,
            lambda: f"{self.operand('int', depth - 1)} / {self.integer()}",
            lambda: f"{self.operand('int', depth - 1)} {self.pick('*', '+', '-')} {self.real()}",
            lambda: f"({self.real()} {self.pick('+', '-', '*')} {self.real()}) | round({self.random.choice([0, 1, 2])})",
            lambda: f"{self.operand('any', depth - 1)} | float",
            lambda: f"{self.real()} | int",
            "ratio",
        )

    def text(self, depth):
        of = lambda: self.operand("text", depth - 1)
        some = lambda: self.expression("text", depth - 1)
        return self.pick(
            lambda: self.leaf("text"),
            lambda: f"{of()} + {of()}",
            lambda: f"{of()} ~ {self.operand('any', depth - 1)}",
            lambda: f"{of()} * {self.random.choice([0, 1, 2, 3])}",
            lambda: f"{of()}[{self.slice(depth)}]",
            lambda: f"{of()}.{self.pick('strip', 'lstrip', 'rstrip', 'upper', 'lower', 'title', 'capitalize')}()",
            lambda: f"{of()}.{self.pick('strip', 'lstrip', 'rstrip')}({self.string()})",
            lambda: f"{of()}.replace({self.string()}, {some()})",
            lambda: f"{of()}.replace({self.string()}, {self.string()}, {self.random.choice([0, 1, 2, -1])})",
            lambda: f"{of()}.{self.pick('removeprefix', 'removesuffix')}({self.string()})",
            lambda: f"{of()}.join({self.pick('words', lambda: self.expression('list', depth - 1))})",
            lambda: f"{of()} | {self.pick('trim', 'upper', 'lower', 'title', 'capitalize', 'string', 'reverse', 'trim | upper', 'safe')}",
            lambda: f"{of()} | replace({self.string()}, {self.string()})",
            lambda: f"{of()} | indent({self.pick('2', '4, true', 'first=true', 'width=1, blank=true', '')})",
            lambda: f"{of()} | trim({self.string()})",
            lambda: f"{self.operand('list', depth - 1)} | join({self.pick(self.string, '', ', '.join([self.string()]))})",
            lambda: f"{self.operand('any', depth - 1)} | tojson{self.pick('', '', '()', '(indent=2)', '(ensure_ascii=true)', '(sort_keys=true)', '(indent=1, ensure_ascii=false)')}",
            lambda: f"{self.operand('any', depth - 1)} | string",
            lambda: f"{self.operand('any', depth - 1)} | default({self.string()}{self.pick('', ', true')})",
            lambda: f"messages | map(attribute='{self.random.choice(FIELDS)}') | join({self.string()})",
            lambda: f"{of()}.split({self.string()})[{self.random.choice([0, -1, 1])}]",
            lambda: f"{of()} | {self.pick('first', 'last')}",
            lambda: f"strftime_now({self.pick(chr(39) + '%d %b %Y' + chr(39), chr(39) + '%Y-%m-%d %H:%M' + chr(39), chr(39) + '%A %j %p' + chr(39))})",
            lambda: self.call(depth),
        )

    def call(self, depth):
        if not self.macros:
            return self.leaf("text")
        name, parameters = self.random.choice(self.macros)
        count = self.random.randint(0, parameters)
        arguments = [self.expression("any", depth - 1) for _ in range(count)]
        if count < parameters and self.chance(0.3):
            arguments.append(f"p{parameters - 1}={self.expression('any', depth - 1)}")
        return f"{name}({', '.join(arguments)})"

    def int(self, depth):
        of = lambda: self.operand("int", depth - 1)
        return self.pick(
            lambda: self.leaf("int"),
            lambda: f"{of()} {self.pick('+', '-', '*')} {of()}",
            lambda: f"{of()} {self.pick('//', '%')} {self.random.choice([1, 2, 3, 7, -2, 0])}",
            lambda: f"{self.random.choice(['2', '3', '-2', 'number'])} ** {self.random.choice([0, 1, 2, 3])}",
            lambda: f"-{of()}",
            lambda: f"{self.operand('any', depth - 1)} | length",
            lambda: f"{self.operand('list', depth - 1)} | {self.pick('length', 'count')}",
            lambda: f"{self.operand('text', depth - 1)} | length",
            lambda: f"{self.operand('any', depth - 1)} | int{self.pick('', '(9)', '(default=-1)')}",
            lambda: f"{self.operand('text', depth - 1)}.{self.pick('count', 'find', 'rfind')}({self.string()})",
            lambda: f"{self.pick('items', '[1, 2.5]', 'range(4)', '[true, 2]')} | sum",
            lambda: f"{of()} | abs",
            lambda: f"loop.{self.pick('index', 'index0', 'revindex', 'revindex0', 'length', 'depth', 'depth0')}" if self.loops else self.integer(),
        )

    def slice(self, depth):
        bound = lambda: self.pick("", "", "0", "1", "2", "-1", "-2", "5", "number", "none")
        step = self.pick("", "", "", ":", ":1", ":2", ":-1", ":-2")
        return f"{bound()}:{bound()}{step}"

    def list(self, depth):
        of = lambda: self.operand("list", depth - 1)
        some = lambda: self.expression("any", depth - 1)
        return self.pick(
            lambda: self.leaf("list"),
            lambda: "[" + ", ".join(some() for _ in range(self.random.randint(0, 3))) + self.pick("]", "]", "]"),
            lambda: "(" + "".join(some() + ", " for _ in range(self.random.randint(1, 3))) + ")",
            lambda: f"{of()}[{self.slice(depth)}]",
            lambda: f"[{some()}] + [{some()}]",
            lambda: f"{of()} + {of()}",
            lambda: f"{of()} | list",
            lambda: f"{of()} | {self.pick('reverse', 'unique', 'sort', 'sort(reverse=true)', 'sort(case_sensitive=true)')} | list",
            lambda: f"{self.pick('items', 'words')} | {self.pick('sort', 'sort(true)', 'unique | list', 'reverse | list', 'sort(reverse=true, case_sensitive=true)')}",
            lambda: f"{of()} | {self.pick('select', 'reject')}{self.pick('', lambda: '(' + self.literal(self.plain_test()) + ')', '(' + repr('equalto') + ', 1)', '(' + repr('in') + ', [1, ' + repr('b') + '])')} | list",
            lambda: f"messages | {self.pick('selectattr', 'rejectattr')}('{self.random.choice(FIELDS)}'{self.pick('', ', ' + repr('defined'), ', ' + repr('none'), lambda: ', ' + repr('equalto') + ', ' + self.pick(repr('user'), self.string), ', ' + repr('string'))}) | list",
            lambda: f"{of()} | map({self.literal(self.pick('string', 'upper', 'length', 'trim', 'tojson', 'int', 'first', 'list'))}) | list",
            lambda: f"messages | map(attribute={self.literal(self.random.choice(FIELDS))}{self.pick('', '', ', default=' + self.string())}) | list",
            lambda: f"messages | sort(attribute='{self.pick('role', 'role,content', 'content', 'score')}'{self.pick('', ', reverse=true', ', case_sensitive=true')}) | map(attribute='content') | list",
            lambda: f"{self.pick('messages', 'mixed', 'words')} | {self.pick('min', 'max', 'unique | list', 'sum')}{self.pick('', '(attribute=' + repr('role') + ')')}",
            lambda: f"{self.operand('text', depth - 1)}.{self.pick('split()', 'split(none, 1)', 'splitlines()', 'rsplit()')}",
            lambda: f"{self.operand('text', depth - 1)}.{self.pick('split', 'rsplit')}({self.string()}{self.pick('', ', 1', ', maxsplit=1', ', 2')})",
            lambda: f"{self.operand('text', depth - 1)}.partition({self.string()})",
            lambda: f"{self.operand('text', depth - 1)} | list",
            lambda: f"{self.operand('dict', depth - 1)}{self.pick('.items()', '.keys()', '.values()', ' | items | list', ' | dictsort', ' | list', '.items() | list', '.keys() | list')}",
        )

    def dict(self, depth):
        some = lambda: self.expression("any", depth - 1)
        return self.pick(
            lambda: self.leaf("dict"),
            lambda: "{" + ", ".join(f"{self.pick(self.string, self.string, self.integer)}: {some()}" for _ in range(self.random.randint(0, 3))) + "}",
            lambda: f"dict({self.operand('dict', depth - 1)}, extra={some()})",
            lambda: f"messages[{self.random.choice([0, 1, 2, -1])}]",
            lambda: f"dict(a={some()})",
            "nested.b",
        )

    def plain_test(self):
        return self.random.choice(["defined", "undefined", "none", "string", "number", "mapping", "iterable", "sequence", "boolean", "integer", "float", "true", "false", "odd", "even", "lower", "upper", "callable"])

    def bool(self, depth):
        some = lambda: self.operand("any", depth - 1)
        of = lambda: self.expression("bool", depth - 1)
        kind = self.random.choice(["int", "text", "any", "list"])
        return self.pick(
            lambda: self.leaf("bool"),
            lambda: f"not {of()}",
            lambda: f"{of()} {self.pick('and', 'or')} {of()}",
            lambda: f"{self.operand(kind, depth - 1)} {self.pick('==', '!=')} {self.operand(kind, depth - 1)}",
            lambda: f"{some()} {self.pick('==', '!=')} {some()}",
            lambda: f"{self.operand('int', depth - 1)} {self.pick('<', '<=', '>', '>=')} {self.operand('int', depth - 1)}{self.pick('', '', ' < 5', ' != 2')}",
            lambda: f"{self.operand('text', depth - 1)} {self.pick('<', '>')} {self.operand('text', depth - 1)}",
            lambda: f"{self.string()} {self.pick('in', 'not in')} {self.operand('text', depth - 1)}",
            lambda: f"{some()} {self.pick('in', 'not in')} {self.operand('list', depth - 1)}",
            lambda: f"{self.string()} {self.pick('in', 'not in')} {self.operand('dict', depth - 1)}",
            lambda: f"{some()} is {self.pick('', '', 'not ')}{self.plain_test()}",
            lambda: f"{self.operand('int', depth - 1)} is {self.pick('odd', 'even', 'divisibleby 3', 'divisibleby(2)', 'gt 2', 'le(3)', 'sameas 1')}",
            lambda: f"{some()} is {self.pick('eq', 'ne', 'equalto')} {self.leaf('any')}",
            lambda: f"{some()} is in {self.leaf('list')}",
            lambda: f"{self.operand('text', depth - 1)}.{self.pick('startswith', 'endswith')}({self.pick(self.string, self.string, '(' + self.string() + ', ' + self.string() + ')')})",
            lambda: f"{self.operand('text', depth - 1)}.isspace()",
            lambda: f"loop.{self.pick('first', 'last', 'first and loop.last', 'previtem is defined', 'nextitem is defined')}" if self.loops else of(),
        )

    # Statements

    def open(self):
        return "{%" + self.random.choice(["", "", "", "-", "-", "+"]) + self.random.choice([" ", " ", ""])

    def close(self):
        return self.random.choice([" ", " ", "", "\n"]) + self.random.choice(["", "", "", "-", "-", "+"]) + "%}"

    def tag(self, text):
        return self.open() + text + self.close()

    def plain(self):
        return "".join(self.random.choice(["a", "text", " ", "  ", "\n", "\n\n", "\t", "\n    ", "{ ", "}", "%", "#", "<s>", "é", "\r\n", ""]) for _ in range(self.random.choice([0, 1, 1, 2, 3])))

    def fresh(self, kind):
        self.serial += 1
        name = f"v{self.serial}" if self.chance(0.7) else self.random.choice(["x", "y", "text", "number"])
        self.names[kind] = [*self.names[kind], name]
        return name

    def scoped(self, body):
        names, macros, loops, in_loop = dict(self.names), list(self.macros), self.loops, self.in_loop
        text = body()
        self.names, self.macros, self.loops, self.in_loop = names, macros, loops, in_loop
        return text

    def block(self, depth):
        return "".join(self.plain() + self.statement(depth) for _ in range(self.random.choice([1, 1, 2, 3]))) + self.plain()

    def printed(self, depth):
        left, right = self.random.choice(["{{", "{{", "{{", "{{-"]), self.random.choice(["}}", "}}", "}}", "-}}"])
        text = self.expression(self.random.choice(["text", "text", "any", "int", "list", "bool", "dict"]), self.random.choice([1, 2, 2, 3]))
        return left + self.space() + text + self.random.choice([" ", " ", "\n", "  "]) + right

    def statement(self, depth):
        if depth <= 0:
            return self.pick(lambda: self.printed(0), lambda: self.printed(0), lambda: self.set(depth), self.comment)
        return self.pick(
            *[lambda: self.printed(depth)] * 4,
            *[lambda: self.set(depth)] * 2,
            *[lambda: self.branch(depth)] * 3,
            *[lambda: self.loop(depth)] * 3,
            lambda: self.macro(depth),
            lambda: self.set_block(depth),
            lambda: self.tag(f"filter {self.pick('upper', 'trim', 'indent(2)', 'replace(' + repr('a') + ', ' + repr('b') + ')', 'title | trim')}") + self.apart(depth) + self.tag("endfilter"),
            lambda: self.with_block(depth),
            lambda: self.tag("generation") + self.apart(depth) + self.tag("endgeneration"),
            lambda: self.tag("raw").replace("+", "") + self.pick("{{ x }}", " {% if %} ", "{# c #}\n", "  \n") + self.tag("endraw"),
            self.comment,
            lambda: self.namespace(depth),
            lambda: self.tag(self.pick("break", "continue")) if self.in_loop else self.printed(depth),
            lambda: self.tag(f"if {self.expression('bool', 1)}") + "{{ raise_exception(" + self.expression("text", 1) + ") }}" + self.tag("endif"),
        )

    def comment(self):
        return "{#" + self.random.choice(["", "-", "+"]) + self.random.choice([" note ", "\nnote\n", " {{ x }} "]) + self.random.choice(["", "-", "+"]) + "#}"

    def apart(self, depth):
        def body():
            self.in_loop = self.in_loop and self.chance(0.3)  # a break from a macro or generation is an error
            return self.block(depth - 1)

        return self.scoped(body)

    def set(self, depth):
        kind = self.random.choice(["text", "int", "list", "dict"])
        value = self.expression(kind, 2)
        if self.chance(0.1):
            return self.tag(f"set {self.fresh('any')}, {self.fresh('any')} = {self.pick('1, 2', '[3, 4]', repr('ab'), 'words', lambda: value)}")
        return self.tag(f"set {self.fresh(kind)} = {value}")

    def set_block(self, depth):
        body = self.apart(depth)
        return self.tag(f"set {self.fresh('text')}{self.pick('', '', ' | trim', ' | upper | replace(' + repr('A') + ', ' + repr('z') + ')')}") + body + self.tag("endset")

    def branch(self, depth):
        text = self.tag(f"if {self.expression('bool', 2)}") + self.block(depth - 1)
        for _ in range(self.random.choice([0, 0, 1])):
            text += self.tag(f"elif {self.expression('bool', 2)}") + self.block(depth - 1)
        if self.chance(0.5):
            text += self.tag("else") + self.block(depth - 1)
        return text + self.tag("endif")

    def loop(self, depth):
        pairs = self.chance(0.2)
        over = self.pick("nested.items()", "{'a': 1, 'b': 2}.items()", "messages[1].items()", "[(1, 2), (3, 4)]") if pairs else self.expression("list", self.random.choice([0, 0, 1, 2]))

        def body():
            target = f"{self.fresh('any')}, {self.fresh('any')}" if pairs else self.fresh(self.pick("any", "text", "dict"))
            condition = f" if {self.expression('bool', 1)}" if self.chance(0.2) else ""
            self.loops += 1
            self.in_loop = True
            return self.tag(f"for {target} in {over}{condition}") + self.block(depth - 1)

        text = self.scoped(body)
        if self.chance(0.2):
            text += self.tag("else") + self.scoped(lambda: self.block(depth - 1))
        return text + self.tag("endfor")

    def macro(self, depth):
        self.serial += 1
        name, count = f"m{self.serial}", self.random.randint(0, 3)
        defaults = self.random.randint(0, count)
        parameters = [f"p{i}" + (f"={self.expression('any', 1)}" if i >= count - defaults else "") for i in range(count)]

        def body():
            self.names["any"] = [*self.names["any"], *(f"p{i}" for i in range(count))]
            self.in_loop = False
            self.loops = 0
            caller = "{{ caller() }}" if self.chance(0.2) else ""
            return self.block(depth - 1) + caller

        inner = self.scoped(body)
        self.macros.append((name, count))
        text = self.tag(f"macro {name}({', '.join(parameters)})") + inner + self.tag("endmacro")
        if "caller()" in inner or self.chance(0.1):
            text += self.tag(f"call {self.call(1)}") + self.apart(depth) + self.tag("endcall")
        return text

    def with_block(self, depth):
        value = self.expression("any", 2)

        def body():
            return self.tag(f"with {self.fresh('any')} = {value}{self.pick('', ', w = 1')}") + self.block(depth - 1) + self.tag("endwith")

        return self.scoped(body)

    def namespace(self, depth):
        self.serial += 1
        name = f"ns{self.serial}"
        made = self.tag(f"set {name} = namespace(total=0, seen=[], text={self.expression('text', 1)})")
        loop = self.tag(f"for e in {self.expression('list', 1)}") + self.tag(f"set {name}.total = {name}.total + loop.index") + self.tag(f"set {name}.seen = {name}.seen + [e]") + self.tag("endfor")
        return made + loop + "{{ " + f"{name}.total ~ {name}.seen ~ {name}.text" + " }}"

    def template(self):
        return self.block(self.random.choice([1, 2, 2, 3]))


def outcome(template):
    try:
        # A copy, because some of jinja2's filters change what they are given before they fail.
        return {"expected": chat._compile_jinja_template(template).render(**copy.deepcopy(VARIABLES))}
    except Exception as error:  # whatever ends a rendering in Python must end it in Java
        return {"error": f"{type(error).__name__}: {error}"[:200]}


def made(seed_and_cases):
    seed, count = seed_and_cases
    chat.datetime = Clock
    grammar_seed = random.Random(seed)
    cases = []
    while len(cases) < count:
        template = Grammar(grammar_seed.random()).template()
        case = {"template": template, **outcome(template)}
        too_long = len(template) > 1500 or len(case.get("expected", "")) > 2000
        # Addresses differ from run to run. Errors are kept to a share of a third, to save room for texts.
        if too_long or " at 0x" in case.get("expected", "") or ("error" in case and grammar_seed.random() < 0.6):
            continue
        cases.append(case)
    return cases


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0", help="N, or FROM:TO without TO")
    parser.add_argument("--cases", type=int, default=400, help="templates for each seed")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    first, _, end = options.seeds.partition(":")
    seeds = range(int(first), int(end or int(first) + 1))
    with open(options.out, "w") as out:
        out.write(json.dumps({"variables": VARIABLES, "now": NOW.isoformat()}) + "\n")
        with multiprocessing.Pool() as pool:
            for cases in pool.imap(made, [(seed, options.cases) for seed in seeds]):
                out.writelines(json.dumps(case) + "\n" for case in cases)


if __name__ == "__main__":
    main()
