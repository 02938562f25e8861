package io.nextscale.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The walls of the house: which module knows which, and which of them touch vectors, foreign
 * memory, the network and the desktop classes. Each rule says why in its {@code because}.
 */
class WallsTest {

  private static final String CPU = "io.nextscale.tensor.cpu..";

  /** Every module with the modules it may require, besides java.base and annotations. */
  private static final Map<String, Set<String>> MODULES =
      Map.ofEntries(
          entry(
              "io.nextscale.tensor",
              "jdk.incubator.vector",
              "org.apache.commons.rng.api",
              "org.apache.commons.rng.simple",
              "org.apache.commons.rng.sampling"),
          entry("io.nextscale.image", "java.desktop"),
          entry("io.nextscale.shapes", "io.nextscale.tensor"),
          entry(
              "io.nextscale.data",
              "io.nextscale.tensor",
              "io.nextscale.image",
              "io.nextscale.shapes"),
          entry("io.nextscale.nn", "io.nextscale.tensor"),
          entry("io.nextscale.vqvae", "io.nextscale.tensor", "io.nextscale.nn"),
          entry("io.nextscale.var", "io.nextscale.tensor", "io.nextscale.nn", "io.nextscale.vqvae"),
          entry(
              "io.nextscale.search",
              "io.nextscale.tensor",
              "io.nextscale.nn",
              "io.nextscale.vqvae",
              "io.nextscale.var"),
          entry(
              "io.nextscale.verifiers",
              "io.nextscale.tensor",
              "io.nextscale.nn",
              "io.nextscale.vqvae",
              "io.nextscale.var",
              "io.nextscale.search",
              "io.nextscale.image",
              "io.nextscale.shapes"),
          entry(
              "io.nextscale.baselines",
              "io.nextscale.tensor",
              "io.nextscale.nn",
              "io.nextscale.vqvae",
              "io.nextscale.var",
              "io.nextscale.search"),
          entry(
              "io.nextscale.pretrained",
              "io.nextscale.tensor",
              "io.nextscale.nn",
              "io.nextscale.vqvae",
              "io.nextscale.var",
              "io.nextscale.shapes"),
          entry(
              "io.nextscale.training",
              "io.nextscale.tensor",
              "io.nextscale.nn",
              "io.nextscale.vqvae",
              "io.nextscale.var",
              "io.nextscale.search",
              "io.nextscale.baselines",
              "io.nextscale.data",
              "io.nextscale.image",
              "io.nextscale.shapes",
              "io.nextscale.verifiers"),
          entry(
              "io.nextscale.cli",
              "io.nextscale.tensor",
              "io.nextscale.nn",
              "io.nextscale.vqvae",
              "io.nextscale.var",
              "io.nextscale.search",
              "io.nextscale.baselines",
              "io.nextscale.data",
              "io.nextscale.image",
              "io.nextscale.shapes",
              "io.nextscale.verifiers",
              "io.nextscale.training",
              "io.nextscale.pretrained",
              "info.picocli",
              "java.net.http"),
          entry("io.nextscale.tornado", "io.nextscale.tensor", "tornado.api"),
          entry(
              "io.nextscale.examples",
              "io.nextscale.tensor",
              "io.nextscale.nn",
              "io.nextscale.vqvae",
              "io.nextscale.var",
              "io.nextscale.image",
              "io.nextscale.verifiers"),
          entry(
              "io.nextscale.bench",
              "io.nextscale.tensor",
              "io.nextscale.nn",
              "io.nextscale.vqvae",
              "io.nextscale.var",
              "io.nextscale.image",
              "io.nextscale.pretrained",
              "io.nextscale.training",
              "io.nextscale.cli",
              "jmh.core",
              "info.picocli",
              "java.management",
              "jdk.management"));

  private static Map.Entry<String, Set<String>> entry(String module, String... required) {
    return Map.entry(module, Set.of(required));
  }

  /** Functions of {@link Math} that a platform may answer with another last bit. */
  private static final Set<String> INEXACT =
      Set.of(
          "exp", "expm1", "log", "log10", "log1p", "pow", "sin", "cos", "tan", "asin", "acos",
          "atan", "atan2", "sinh", "cosh", "tanh", "cbrt", "hypot");

  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("/generated-sources/"))
          .importPackages("io.nextscale");

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(HOUSE);
  }

  // ---- what is behind which wall

  @Test
  void vectorsStayInTheCpuBackend() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(CPU)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator..")
            .because("the Vector API incubates: when it changes, one package changes"));
  }

  @Test
  void foreignMemoryStaysInTheFileReaders() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("io.nextscale.tensor.io..", "io.nextscale.tornado..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.lang.foreign..")
            .because("tensors are heap arrays; mapped memory is for files and devices"));
  }

  @Test
  void onlyTheCommandLineKnowsTheNetwork() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("io.nextscale.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net..", "javax.net..", "com.sun.net..")
            .because("a library opens no connection"));
  }

  @Test
  void onlyJpegKnowsTheDesktop() {
    check(
        noClasses()
            .that(describe("do not read or write JPEG", c -> !isJpeg(c)))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.awt..", "javax.imageio..", "javax.swing..")
            .because("java.desktop is 19 MB of a runtime image and nothing but JPEG needs it"));
  }

  private static boolean isJpeg(JavaClass c) {
    JavaClass top = c;
    while (top.getEnclosingClass().isPresent()) {
      top = top.getEnclosingClass().get();
    }
    return top.getPackageName().equals("io.nextscale.image")
        && top.getSimpleName().startsWith("Jpeg");
  }

  @Test
  void onlyBackendsNamesTheCpuBackend() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(CPU)
            .and(describe("are not Backends", c -> !isBackends(c)))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(CPU)
            .because(
                "backends are reached through their interface; one class knows the one that is always there"));
  }

  private static boolean isBackends(JavaClass c) {
    return c.getName().equals("io.nextscale.tensor.Backends");
  }

  @Test
  void onlyTheGpuBackendKnowsTornado() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("io.nextscale.tornado..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("uk.ac.manchester.tornado..")
            .because("TornadoVM is on few machines; everything else has to run without it"));
    assertThat(HOUSE.containPackage("io.nextscale.tornado.kernels")).isTrue();
  }

  @Test
  void kernelsKnowNothingButTornado() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.nextscale.tornado.kernels..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.nextscale.tensor..", "java.util..")
            .because("what TornadoVM compiles is arrays and numbers"));
  }

  @Test
  void internalsOfTheJdkStayThere() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("sun..", "jdk.internal..")
            .because("they are gone in the next release"));
  }

  @Test
  void librariesPrintNothing() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(
                "io.nextscale.cli..", "io.nextscale.bench..", "io.nextscale.examples..")
            .should(ACCESS_STANDARD_STREAMS)
            .because("System.Logger is there for what a user should know"));
  }

  // ---- who knows whom

  @Test
  void packagesHaveNoCycles() {
    check(
        slices()
            .assignedFrom(PACKAGES)
            .should()
            .beFreeOfCycles()
            .ignoreDependency(
                describe("Backends", WallsTest::isBackends), resideInAnyPackage(CPU)));
  }

  /** Tensor, Op and Backend define each other, so their three packages count as one here. */
  private static final SliceAssignment PACKAGES =
      new SliceAssignment() {
        private static final Set<String> CORE =
            Set.of("io.nextscale.tensor", "io.nextscale.tensor.op", "io.nextscale.tensor.spi");

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass c) {
          String name = c.getPackageName();
          if (!name.startsWith("io.nextscale")) {
            return SliceIdentifier.ignore();
          }
          return SliceIdentifier.of(CORE.contains(name) ? "the tensor core" : name);
        }

        @Override
        public String getDescription() {
          return "packages, the tensor core as one";
        }
      };

  @Test
  void modulesRequireWhatTheyMayAndExportNoInternals() {
    Map<String, ModuleDescriptor> found = new TreeMap<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      boolean jarOfOurs = path.getFileName().toString().startsWith("nextscale");
      if (Files.isDirectory(path) || (Files.exists(path) && jarOfOurs)) {
        ModuleFinder.of(path).findAll().stream()
            .map(ModuleReference::descriptor)
            .filter(module -> module.name().startsWith("io.nextscale"))
            .forEach(module -> found.put(module.name(), module));
      }
    }
    assertThat(found.keySet()).isEqualTo(new TreeSet<>(MODULES.keySet()));

    for (ModuleDescriptor module : found.values()) {
      Set<String> required = new TreeSet<>();
      module.requires().stream().map(ModuleDescriptor.Requires::name).forEach(required::add);
      required.removeAll(Set.of("java.base", "org.jspecify"));
      assertThat(MODULES.get(module.name()))
          .as("what %s may require", module.name())
          .containsAll(required);
      assertThat(module.isAutomatic()).as("%s is a named module", module.name()).isFalse();
      assertThat(module.isOpen()).as("%s is open", module.name()).isFalse();
      assertThat(
              module.exports().stream()
                  .filter(e -> !e.isQualified())
                  .map(ModuleDescriptor.Exports::source))
          .as("exports of %s", module.name())
          .noneMatch(name -> name.endsWith(".cpu") || name.endsWith(".internal"));
    }
  }

  // ---- hot code

  @Test
  void kernelsBoxNothingAndStreamNothing() {
    check(
        classes()
            .that(resideInAnyPackage(CPU).and(KERNEL))
            .should(
                notCall(
                    "box or stream",
                    call ->
                        call.getTargetOwner().getPackageName().startsWith("java.util.stream")
                            || (BOXES.contains(call.getTargetOwner().getName())
                                && call.getName().equals("valueOf"))))
            .because("a kernel runs once per element"));
  }

  private static final com.tngtech.archunit.base.DescribedPredicate<JavaClass> KERNEL =
      simpleNameEndingWith("Kernels")
          .or(simpleNameEndingWith("Math"))
          .or(simpleNameEndingWith("Activations"));

  private static final Set<String> BOXES =
      Set.of(
          "java.lang.Integer",
          "java.lang.Long",
          "java.lang.Float",
          "java.lang.Double",
          "java.lang.Short");

  @Test
  void sumsKeepTheirOrder() {
    check(
        classes()
            .that()
            .resideInAPackage(CPU)
            .should(
                new ArchCondition<>("not add or multiply across lanes") {
                  @Override
                  public void check(JavaClass c, ConditionEvents events) {
                    for (JavaCodeUnit unit : c.getCodeUnits()) {
                      boolean reduces =
                          unit.getMethodCallsFromSelf().stream().anyMatch(WallsTest::reducesFloats);
                      boolean adds =
                          unit.getFieldAccesses().stream()
                              .anyMatch(access ->
                                  access
                                          .getTargetOwner()
                                          .getName()
                                          .equals("jdk.incubator.vector.VectorOperators")
                                      && Set.of("ADD", "MUL").contains(access.getName()));
                      events.add(
                          new SimpleConditionEvent(
                              c,
                              !(reduces && adds),
                              unit.getFullName() + " reduces lanes by ADD or MUL"));
                    }
                  }
                })
            .because(
                "the order of reduceLanes is not defined, and a result may not depend on the vector width"));
  }

  private static boolean reducesFloats(JavaMethodCall call) {
    return call.getName().equals("reduceLanes")
        && Set.of("jdk.incubator.vector.FloatVector", "jdk.incubator.vector.DoubleVector")
            .contains(call.getTargetOwner().getName());
  }

  @Test
  void resultsDoNotDependOnThePlatformsMath() {
    check(
        classes()
            .that()
            .resideInAnyPackage(
                "io.nextscale.tensor..",
                "io.nextscale.nn..",
                "io.nextscale.vqvae..",
                "io.nextscale.var..",
                "io.nextscale.baselines..")
            .should(
                notCall(
                    "call functions of Math that may differ in the last bit",
                    call ->
                        call.getTargetOwner().getName().equals("java.lang.Math")
                            && INEXACT.contains(call.getName())))
            .because(
                "the same seed gives the same bits everywhere: StrictMath, or the kernels' own"));
  }

  private static ArchCondition<JavaClass> notCall(String what, Predicate<JavaAccess<?>> forbidden) {
    return new ArchCondition<>("not " + what) {
      @Override
      public void check(JavaClass c, ConditionEvents events) {
        for (JavaAccess<?> access : c.getAccessesFromSelf()) {
          if (forbidden.test(access)) {
            events.add(SimpleConditionEvent.violated(c, access.getDescription()));
          }
        }
      }
    };
  }

  // ---- form

  @Test
  void packagesOpenWithWhatTheyAreAbout() {
    Set<String> silent = new TreeSet<>();
    for (JavaClass c : HOUSE) {
      JavaPackage home = c.getPackage();
      if (home.tryGetPackageInfo().isEmpty() || !home.isAnnotatedWith(NullMarked.class)) {
        silent.add(home.getName());
      }
    }
    silent.removeIf(name -> name.contains("jmh_generated") || name.isEmpty());
    assertThat(silent).as("packages without a package-info annotated @NullMarked").isEmpty();
  }

  @Test
  void namesSayWhatThingsAre() {
    List<String> empty = List.of("Util", "Utils", "Helper", "Helpers", "Manager", "Impl");
    assertThat(
            HOUSE.stream()
                .map(JavaClass::getSimpleName)
                .filter(
                    name -> name.startsWith("Abstract") || empty.stream().anyMatch(name::endsWith)))
        .isEmpty();
  }

  @Test
  void classFilesNeedNoPreviewFlag() throws IOException {
    int read = 0;
    for (JavaClass c : HOUSE) {
      try (DataInputStream in =
          new DataInputStream(c.getSource().orElseThrow().getUri().toURL().openStream())) {
        assertThat(in.readInt()).isEqualTo(0xCAFEBABE);
        assertThat(in.readUnsignedShort()).as("minor version of %s", c.getName()).isZero();
        assertThat(in.readUnsignedShort()).as("major version of %s", c.getName()).isEqualTo(69);
        read++;
      }
    }
    assertThat(read).isPositive();
  }

  // ---- the rules themselves can fail

  @Test
  void brokenWallIsSeen() {
    JavaClasses here = new ClassFileImporter().importClasses(Offender.class);
    assertThatThrownBy(() ->
            noClasses().should().dependOnClassesThat().resideInAPackage("java.net..").check(here))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("java.net.Socket");
    assertThatThrownBy(() ->
            classes()
                .should(notCall("box", call -> BOXES.contains(call.getTargetOwner().getName())))
                .check(here))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Integer.valueOf");
    assertThat(Stream.of("io.nextscale.tensor", "io.nextscale.tensor.cpu", "io.nextscale.cli"))
        .as("packages seen")
        .allMatch(HOUSE::containPackage);
  }

  /** Breaks two walls, for {@link #brokenWallIsSeen}. */
  static final class Offender {
    java.net.@org.jspecify.annotations.Nullable Socket socket;

    Object box(int i) {
      return i;
    }
  }
}
