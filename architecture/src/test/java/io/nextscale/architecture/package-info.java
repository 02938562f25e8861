/**
 * Rules that hold across modules, and tests of what stands in front of them: the walls of the house
 * ({@link io.nextscale.architecture.WallsTest}), what its files may say ({@link
 * io.nextscale.architecture.TrackedFilesTest}), where its pages lead ({@link
 * io.nextscale.architecture.LinksTest}) and the launcher ({@link
 * io.nextscale.architecture.LauncherTest}).
 */
@org.jspecify.annotations.NullMarked
package io.nextscale.architecture;
