package io.gensweep;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/** Who may know whom. */
@AnalyzeClasses(packages = "io.gensweep", importOptions = DoNotIncludeTests.class)
class RoomsTest {
  private static final String ROOT = "io.gensweep";
  private static final String SPARK = "org.apache.spark..";
  private static final String DJL = "ai.djl..";

  /** Each knows only those before it. */
  private static final List<String> ROOMS =
      List.of(
          "io.gensweep.sampling..",
          "io.gensweep.job..",
          "io.gensweep.token..",
          "io.gensweep.prompt..",
          "io.gensweep.model..",
          "io.gensweep.engine..",
          "io.gensweep.output..",
          "io.gensweep.report..",
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
          .resideInAnyPackage("io.gensweep.sampling..", "io.gensweep.job..", "io.gensweep.engine..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SPARK, DJL, "org.apache.hadoop..", "org.apache.parquet..");
}
