package io.gensweep.scorer;

import static io.gensweep.sampling.Checks.require;

import java.util.Optional;

/**
 * Scores a row by an expression in SQL over its columns: true and false, or a number from 0 to 1.
 *
 * <p>Spark computes it; the value is the column {@link #column} of the row.
 */
public record SqlExpression(String name, String expression) implements Scorer {
  public SqlExpression {
    require(
        expression != null && !expression.isBlank(),
        "expression must be given, in SQL over the columns of a row");
  }

  /** The column that holds its value. */
  public String column() {
    return "expression of " + name;
  }

  @Override
  public boolean needsReference() {
    return false;
  }

  @Override
  public boolean extracts() {
    return false;
  }

  @Override
  public Verdict score(Sample sample) {
    Object value = sample.column(column());
    if (value == null) {
      throw new ScorerFailure("expression: it is null for this row");
    }
    double score = value instanceof Boolean truth ? number(truth) : ((Number) value).doubleValue();
    if (!(score >= 0 && score <= 1)) {
      throw new ScorerFailure("expression: it must be in [0, 1], was " + value);
    }
    return new Verdict(score, Optional.empty());
  }

  private static double number(boolean truth) {
    return truth ? 1 : 0;
  }
}
