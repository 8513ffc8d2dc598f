package io.gensweep.token.jinja;

import io.gensweep.token.jinja.Callable.Macro;
import io.gensweep.token.jinja.Statement.Block;
import io.gensweep.token.jinja.Statement.Frame;
import io.gensweep.token.jinja.Statement.Target;
import io.gensweep.token.jinja.TokenStream.Token;
import io.gensweep.token.jinja.Values.None;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Parses the tokens of a template into statements. */
final class StatementParser {
  private static final int MAX_NESTING = 100;
  private static final Set<String> UNSUPPORTED =
      Set.of("block", "extends", "include", "import", "from", "autoescape", "print");

  private final TokenStream stream;
  private final ExpressionParser expressions;
  private Symbols symbols = Symbols.ofTemplate();
  private int nesting;

  /** Loops around the statement, as far as break and continue can see them. */
  private int loops;

  private int macros;

  /** Whether the macro that is parsed reads {@code caller}. */
  private boolean readsCaller;

  private StatementParser(TokenStream stream) {
    this.stream = stream;
    this.expressions = new ExpressionParser(stream, this::read);
  }

  static Frame parse(List<Token> tokens) {
    TokenStream stream = new TokenStream(tokens);
    StatementParser parser = new StatementParser(stream);
    try {
      return new Frame(parser.parseBlock(Set.of()), parser.symbols);
    } catch (TemplateException unplaced) {
      throw unplaced.at(stream.current().line());
    }
  }

  private void read(String name) {
    if (macros > 0 && (name.equals("varargs") || name.equals("kwargs"))) {
      throw TemplateException.unsupported("the variable '" + name + "' of a macro");
    }
    readsCaller |= name.equals("caller");
    symbols.read(name);
  }

  /** Parses a part whose names belong to other symbols than those of the text around it. */
  private <T> T within(Symbols inner, Supplier<T> part) {
    Symbols outer = symbols;
    symbols = inner;
    T parsed = part.get();
    symbols = outer;
    return parsed;
  }

  private Frame parseFrame(Symbols inner, Supplier<Block> body) {
    return new Frame(within(inner, body), inner);
  }

  /** Statements up to a tag that starts with one of the names, which stays unread. */
  private Block parseBlock(Set<String> ends) {
    if (++nesting > MAX_NESTING) {
      throw stream.syntax("statements nest more than " + MAX_NESTING + " deep");
    }
    List<Statement> statements = new ArrayList<>();
    List<Integer> lines = new ArrayList<>();
    while (true) {
      Token token = stream.take();
      switch (token.kind()) {
        case DATA -> {
          lines.add(token.line());
          statements.add(new Statement.Text(token.text()));
        }
        case VARIABLE_BEGIN -> {
          lines.add(token.line());
          statements.add(new Statement.Print(withoutSafe(expressions.parseTuple())));
          stream.expect(Token.Kind.VARIABLE_END, "'}}'");
        }
        case BLOCK_BEGIN -> {
          if (stream.isAt(Token.Kind.NAME) && ends.contains(stream.current().text())) {
            nesting--;
            return new Block(List.copyOf(statements), List.copyOf(lines));
          }
          lines.add(token.line());
          statements.add(parseStatement());
          closeTag();
        }
        default -> {
          if (!ends.isEmpty()) {
            throw stream.syntax("the template ends before one of " + ends);
          }
          return new Block(List.copyOf(statements), List.copyOf(lines));
        }
      }
    }
  }

  /** Marking a text as safe to print changes nothing when printing is all that happens to it. */
  private static Expression withoutSafe(Expression printed) {
    return printed instanceof Expression.Filtered filtered
            && filtered.name().equals("safe")
            && filtered.arguments().isEmpty()
        ? filtered.of()
        : printed;
  }

  /** What follows the opening tag, up to the end tag's name, which is read. */
  private Block parseBody(String end) {
    closeTag();
    Block block = parseBlock(Set.of(end));
    stream.expectName(end);
    return block;
  }

  private void closeTag() {
    stream.expect(Token.Kind.BLOCK_END, "'%}'");
  }

  private Statement parseStatement() {
    String name = stream.expect(Token.Kind.NAME, "the name of a tag");
    return switch (name) {
      case "if" -> parseIf();
      case "for" -> parseFor();
      case "set" -> parseSet();
      case "macro" -> parseMacro();
      case "call" -> parseCall();
      case "filter" ->
          new Statement.FilterBlock(
              parseFilters(), parseFrame(symbols.inner(), () -> parseBody("endfilter")));
      case "with" -> parseWith();
      case "generation" ->
          new Statement.Generation(parseFunction(symbols.inner(), "endgeneration"));
      case "break" -> parseJump(name, Statement.Flow.BREAK);
      case "continue" -> parseJump(name, Statement.Flow.CONTINUE);
      default -> {
        if (UNSUPPORTED.contains(name)) {
          throw TemplateException.unsupported("the tag '" + name + "'");
        }
        throw stream.syntax("unknown tag '" + name + "'");
      }
    };
  }

  private Statement parseIf() {
    List<Expression> conditions = new ArrayList<>();
    List<Block> blocks = new ArrayList<>();
    conditions.add(parseCondition());
    // To jinja2's resolution of names, all elifs are one branch.
    Symbols first = symbols.branch();
    Symbols elifs = symbols.branch();
    Symbols last = symbols.branch();
    blocks.add(parseBranch(first));
    while (stream.skipName("elif")) {
      conditions.add(within(elifs, this::parseCondition));
      Symbols chosen = elifs.branch();
      blocks.add(parseBranch(chosen));
      elifs.join(List.of(chosen, elifs.branch(), elifs.branch()));
    }
    if (stream.skipName("else")) {
      blocks.add(within(last, () -> parseBody("endif")));
    } else {
      stream.expectName("endif");
    }
    symbols.join(List.of(first, elifs, last));
    return new Statement.If(List.copyOf(conditions), List.copyOf(blocks));
  }

  private Expression parseCondition() {
    Expression condition = expressions.parseTupleWithoutIf();
    closeTag();
    return condition;
  }

  private Block parseBranch(Symbols branch) {
    return within(branch, () -> parseBlock(Set.of("elif", "else", "endif")));
  }

  private Statement parseFor() {
    Target target = parseTarget(false);
    stream.expectName("in");
    Expression over = expressions.parseTupleWithoutIf();
    Symbols test = symbols.inner();
    target.eachName(test::declare, symbols::read);
    Optional<Expression> filter =
        stream.skipName("if") ? Optional.of(within(test, expressions::parse)) : Optional.empty();
    if (stream.isAtName("recursive")) {
      throw TemplateException.unsupported("a recursive for");
    }
    closeTag();
    Symbols round = symbols.inner();
    target.eachName(round::declare, symbols::read);
    round.declare("loop");
    loops++;
    Frame body = parseFrame(round, () -> parseBlock(Set.of("endfor", "else")));
    loops--;
    Frame otherwise = Frame.EMPTY;
    if (stream.skipName("else")) {
      otherwise = parseFrame(symbols.inner(), () -> parseBody("endfor"));
    } else {
      stream.expectName("endfor");
    }
    return new Statement.For(target, over, filter, body, otherwise);
  }

  private Statement parseSet() {
    Target target = parseTarget(true);
    if (stream.skipOperator("=")) {
      Expression value = expressions.parseTuple();
      assign(target);
      return new Statement.Set(target, value);
    }
    assign(target);
    List<Expression.Filtered> filters = stream.skipOperator("|") ? parseFilters() : List.of();
    return new Statement.SetBlock(
        target, filters, parseFrame(symbols.inner(), () -> parseBody("endset")));
  }

  private void assign(Target target) {
    target.eachName(symbols::assign, symbols::read);
  }

  private List<Expression.Filtered> parseFilters() {
    List<Expression.Filtered> filters = new ArrayList<>();
    do {
      filters.add(expressions.parseFilter(new Expression.Literal(None.NONE)));
    } while (stream.skipOperator("|"));
    return List.copyOf(filters);
  }

  private Statement parseMacro() {
    String name = stream.expect(Token.Kind.NAME, "the name of the macro");
    symbols.assign(name);
    Symbols inner = symbols.inner();
    List<String> parameters = new ArrayList<>();
    List<Expression> defaults = new ArrayList<>();
    stream.expectOperator("(");
    while (!stream.isAtOperator(")")) {
      String parameter = stream.expect(Token.Kind.NAME, "the name of a parameter");
      if (parameter.equals("caller")) {
        throw TemplateException.unsupported("a parameter named caller");
      }
      parameters.add(parameter);
      inner.declare(parameter);
      if (stream.skipOperator("=")) {
        defaults.add(within(inner, expressions::parse));
      } else if (!defaults.isEmpty()) {
        throw stream.syntax("a parameter without a default follows one with a default");
      }
      if (!stream.isAtOperator(")")) {
        stream.expectOperator(",");
      }
    }
    stream.expectOperator(")");
    return new Statement.DefineMacro(
        parseMacroBody(
            inner,
            "endmacro",
            (frame, takesCaller) ->
                new Macro(
                    name, List.copyOf(parameters), List.copyOf(defaults), frame, takesCaller)));
  }

  private Macro parseMacroBody(
      Symbols inner, String end, BiFunction<Frame, Boolean, Macro> definition) {
    boolean outerReadsCaller = readsCaller;
    readsCaller = false;
    macros++;
    Macro macro = definition.apply(parseFunction(inner, end), readsCaller);
    macros--;
    readsCaller |= outerReadsCaller;
    return macro;
  }

  /** A frame that jinja2 makes a function, so no break or continue may leave it. */
  private Frame parseFunction(Symbols inner, String end) {
    int outerLoops = loops;
    loops = 0;
    Frame frame = parseFrame(inner, () -> parseBody(end));
    loops = outerLoops;
    return frame;
  }

  private Statement parseCall() {
    if (stream.isAtOperator("(")) {
      throw TemplateException.unsupported("a call block with parameters");
    }
    if (!(expressions.parse() instanceof Expression.Call call)) {
      throw stream.syntax("expected a call");
    }
    Macro body =
        parseMacroBody(
            symbols.inner(),
            "endcall",
            (frame, takesCaller) -> new Macro("caller", List.of(), List.of(), frame, takesCaller));
    return new Statement.CallBlock(call, body);
  }

  private Statement parseWith() {
    List<Target> targets = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!stream.isAt(Token.Kind.BLOCK_END)) {
      if (!targets.isEmpty()) {
        stream.expectOperator(",");
      }
      targets.add(parseTargetPart(false));
      stream.expectOperator("=");
      values.add(expressions.parse());
    }
    Symbols inner = symbols.inner();
    targets.forEach(target -> target.eachName(inner::declare, symbols::read));
    Frame frame = parseFrame(inner, () -> parseBody("endwith"));
    return new Statement.With(List.copyOf(targets), List.copyOf(values), frame);
  }

  private Statement parseJump(String name, Statement.Flow flow) {
    if (loops == 0) {
      throw stream.syntax("'" + name + "' outside of a loop");
    }
    return new Statement.Jump(flow);
  }

  private Target parseTarget(boolean mayBeAttribute) {
    Target first = parseTargetPart(mayBeAttribute);
    if (!stream.isAtOperator(",")) {
      return first;
    }
    List<Target> targets = new ArrayList<>(List.of(first));
    while (stream.skipOperator(",") && !stream.isAtName("in") && !stream.isAtOperator("=")) {
      targets.add(parseTargetPart(mayBeAttribute));
    }
    return new Target.Unpacked(List.copyOf(targets));
  }

  private Target parseTargetPart(boolean mayBeAttribute) {
    if (stream.skipOperator("(")) {
      Target inner = parseTarget(mayBeAttribute);
      stream.expectOperator(")");
      return inner;
    }
    String name = stream.expect(Token.Kind.NAME, "a name to assign to");
    if (Set.of("true", "false", "none", "True", "False", "None", "loop").contains(name)) {
      throw stream.syntax("cannot assign to '" + name + "'");
    }
    if (mayBeAttribute && stream.skipOperator(".")) {
      String attribute = stream.expect(Token.Kind.NAME, "the name of an attribute");
      return new Target.NamespaceAttribute(name, attribute);
    }
    return new Target.Variable(name);
  }
}
