package io.gensweep.token.jinja;

import java.util.List;

/** Where an assignment goes: a name, an attribute of a namespace, or several names. */
sealed interface Target {
  void assign(Scope scope, Object value);

  /** {@code a}. */
  record Variable(String name) implements Target {
    @Override
    public void assign(Scope scope, Object value) {
      scope.write(name, value);
    }
  }

  /** {@code ns.a}. */
  record NamespaceAttribute(String namespace, String attribute) implements Target {
    @Override
    public void assign(Scope scope, Object value) {
      if (!(scope.read(namespace) instanceof Namespace space)) {
        throw TemplateException.failed(
            "cannot assign '" + attribute + "': '" + namespace + "' is not a namespace");
      }
      space.write(attribute, value);
    }
  }

  /** {@code a, b}. */
  record Unpacked(List<Target> targets) implements Target {
    @Override
    public void assign(Scope scope, Object value) {
      List<Object> items = Values.iterate(value);
      if (items.size() != targets.size()) {
        throw TemplateException.failed(
            "cannot unpack " + items.size() + " values into " + targets.size() + " names");
      }
      for (int i = 0; i < items.size(); i++) {
        targets.get(i).assign(scope, items.get(i));
      }
    }
  }
}
