package io.gensweep.token.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Turns the tokens of a template into statements. */
final class StatementParser {
  private static final int MAX_NESTING = 100;
  private static final Set<String> UNSUPPORTED =
      Set.of("block", "extends", "include", "import", "from", "autoescape", "print");

  private final TokenStream stream;
  private final ExpressionParser expressions;
  private int nesting;
  private int loops;

  private StatementParser(TokenStream stream) {
    this.stream = stream;
    this.expressions = new ExpressionParser(stream);
  }

  static Statement.Block parse(List<Token> tokens) {
    TokenStream stream = new TokenStream(tokens);
    try {
      return new StatementParser(stream).parseBlock(Set.of());
    } catch (TemplateException unplaced) {
      throw unplaced.at(stream.current().line());
    }
  }

  /** Statements up to a tag that starts with one of the names, which stays unread. */
  private Statement.Block parseBlock(Set<String> ends) {
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
            return new Statement.Block(List.copyOf(statements), List.copyOf(lines));
          }
          lines.add(token.line());
          statements.add(parseStatement());
          closeTag();
        }
        default -> {
          if (!ends.isEmpty()) {
            throw stream.syntax("the template ends before one of " + ends);
          }
          return new Statement.Block(List.copyOf(statements), List.copyOf(lines));
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
  private Statement.Block parseBody(String end) {
    closeTag();
    Statement.Block block = parseBlock(Set.of(end));
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
      case "filter" -> new Statement.FilterBlock(parseFilters(), parseApart("endfilter"));
      case "with" -> parseWith();
      case "generation" -> new Statement.Generation(parseBody("endgeneration"));
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
    List<Statement.Block> blocks = new ArrayList<>();
    do {
      conditions.add(expressions.parseTupleWithoutIf());
      closeTag();
      blocks.add(parseBlock(Set.of("elif", "else", "endif")));
    } while (stream.skipName("elif"));
    if (stream.skipName("else")) {
      blocks.add(parseBody("endif"));
    } else {
      stream.expectName("endif");
    }
    return new Statement.If(List.copyOf(conditions), List.copyOf(blocks));
  }

  private Statement parseFor() {
    Target target = parseTarget(false);
    stream.expectName("in");
    Expression over = expressions.parseTupleWithoutIf();
    Optional<Expression> filter =
        stream.skipName("if") ? Optional.of(expressions.parse()) : Optional.empty();
    if (stream.isAtName("recursive")) {
      throw TemplateException.unsupported("a recursive for");
    }
    closeTag();
    loops++;
    Statement.Block body = parseBlock(Set.of("endfor", "else"));
    loops--;
    Statement.Block otherwise = Statement.Block.EMPTY;
    if (stream.skipName("else")) {
      otherwise = parseBody("endfor");
    } else {
      stream.expectName("endfor");
    }
    return new Statement.For(target, over, filter, body, otherwise);
  }

  private Statement parseSet() {
    Target target = parseTarget(true);
    if (stream.skipOperator("=")) {
      return new Statement.Set(target, expressions.parseTuple());
    }
    List<Expression.Filtered> filters = stream.skipOperator("|") ? parseFilters() : List.of();
    return new Statement.SetBlock(target, filters, parseApart("endset"));
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
    return new Statement.DefineMacro(parseMacroFrom(name, "endmacro"));
  }

  private Macro parseMacroFrom(String name, String end) {
    List<String> parameters = new ArrayList<>();
    List<Expression> defaults = new ArrayList<>();
    stream.expectOperator("(");
    while (!stream.isAtOperator(")")) {
      parameters.add(stream.expect(Token.Kind.NAME, "the name of a parameter"));
      if (stream.skipOperator("=")) {
        defaults.add(expressions.parse());
      } else if (!defaults.isEmpty()) {
        throw stream.syntax("a parameter without a default follows one with a default");
      }
      if (!stream.isAtOperator(")")) {
        stream.expectOperator(",");
      }
    }
    stream.expectOperator(")");
    return new Macro(name, List.copyOf(parameters), List.copyOf(defaults), parseApart(end));
  }

  /** A body that writes to a text of its own, so no break or continue may leave it. */
  private Statement.Block parseApart(String end) {
    int outerLoops = loops;
    loops = 0;
    Statement.Block body = parseBody(end);
    loops = outerLoops;
    return body;
  }

  private Statement parseCall() {
    if (stream.isAtOperator("(")) {
      throw TemplateException.unsupported("a call block with parameters");
    }
    if (!(expressions.parse() instanceof Expression.Call call)) {
      throw stream.syntax("expected a call");
    }
    Macro body = new Macro("caller", List.of(), List.of(), parseApart("endcall"));
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
    return new Statement.With(List.copyOf(targets), List.copyOf(values), parseBody("endwith"));
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
