package io.gensweep;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who may know whom. */
@AnalyzeClasses(packages = "io.gensweep", importOptions = DoNotIncludeTests.class)
class RoomsTest {
  private static final String ROOT = "io.gensweep";
  private static final String SPARK = "org.apache.spark..";
  private static final String DJL = "ai.djl..";
  private static final Pattern ARROW = Pattern.compile("(?m)^ +(\\w+) --> (\\w+)$");

  /** Each knows only those before it. */
  private static final List<String> ROOMS =
      List.of(
          "io.gensweep.sampling..",
          "io.gensweep.scorer..",
          "io.gensweep.job..",
          "io.gensweep.files..",
          "io.gensweep.token..",
          "io.gensweep.prompt..",
          "io.gensweep.model..",
          "io.gensweep.engine..",
          "io.gensweep.output..",
          "io.gensweep.report..",
          "io.gensweep.spark.evaluate..",
          "io.gensweep.spark.executor..",
          "io.gensweep.spark.task..",
          "io.gensweep.spark.plan..",
          "io.gensweep.spark.run..",
          "io.gensweep.spark.ml..",
          ROOT);

  @ArchTest
  static void importsGoOneWay(JavaClasses classes) {
    for (int i = 0; i < ROOMS.size() - 1; i++) {
      String[] later = ROOMS.subList(i + 1, ROOMS.size()).toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(ROOMS.get(i))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(later)
          .check(classes);
    }
  }

  /** An arrow of the picture is an import; an import is an arrow, or a way along several. */
  @ArchTest
  static void thePictureShowsTheImports(JavaClasses classes) throws IOException {
    Map<String, Set<String>> imports = new TreeMap<>();
    for (JavaClass type : classes) {
      String from = room(type);
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        String to = room(dependency.getTargetClass().getBaseComponentType());
        if (!to.isEmpty() && !to.equals(from)) {
          imports.computeIfAbsent(from, room -> new TreeSet<>()).add(to);
        }
      }
    }
    Map<String, Set<String>> arrows = new TreeMap<>();
    Matcher arrow = ARROW.matcher(Files.readString(Path.of("docs/architecture.md")));
    while (arrow.find()) {
      arrows.computeIfAbsent(arrow.group(1), room -> new TreeSet<>()).add(arrow.group(2));
    }
    arrows.forEach((from, to) -> assertThat(imports.get(from)).as(from).containsAll(to));
    imports.forEach((from, to) -> assertThat(reachable(from, arrows)).as(from).containsAll(to));
  }

  private static Set<String> reachable(String from, Map<String, Set<String>> arrows) {
    Set<String> found = new TreeSet<>();
    for (String to : arrows.getOrDefault(from, Set.of())) {
      found.add(to);
      found.addAll(reachable(to, arrows));
    }
    return found;
  }

  /** By the last word of its package, as the picture has it; "" for classes of others. */
  private static String room(JavaClass type) {
    if (type.getPackageName().equals(ROOT)) {
      return "gensweep";
    }
    return ROOMS.stream()
        .map(pattern -> pattern.replace("..", ""))
        .filter(room -> !room.equals(ROOT))
        .filter(room -> (type.getPackageName() + ".").startsWith(room + "."))
        .map(room -> room.substring(room.lastIndexOf('.') + 1))
        .findFirst()
        .orElse("");
  }

  @ArchTest
  static final ArchRule everyClassHasItsRoom =
      noClasses().should().resideOutsideOfPackages(ROOMS.toArray(String[]::new));

  /** Rooms are acyclic by their order; this is for the packages inside a room. */
  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("io.gensweep.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule noClassKnowsBothSparkAndDjl =
      noClasses()
          .should(
              dependOnClassesThat(resideInAnyPackage(SPARK))
                  .and(dependOnClassesThat(resideInAnyPackage(DJL))));

  @ArchTest
  static final ArchRule samplingJobAndEngineAreJavaAlone =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.gensweep.sampling..",
              "io.gensweep.scorer..",
              "io.gensweep.job..",
              "io.gensweep.engine..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SPARK, DJL, "org.apache.hadoop..", "org.apache.parquet..");
}
