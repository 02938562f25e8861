@echo off
rem nextscale: finds a JDK, builds on first use and runs the command line.
rem
rem   nextscale                      the commands
rem   nextscale generate ...         one of them
rem   nextscale --show-command ...   prints the java command instead of running it (as first argument)
rem   nextscale build                builds again, after changes to the sources
rem   nextscale verify [...]         builds and runs all tests; further arguments go to Maven
rem
rem NEXTSCALE_JAVA_HOME   the JDK to use, before JAVA_HOME and the search
rem NEXTSCALE_JAVA_OPTS   further JVM flags, separated by spaces

setlocal EnableExtensions DisableDelayedExpansion
set "oldest=25"
set "root=%~dp0"
if "%root:~-1%"=="\" set "root=%root:~0,-1%"
set "modules=%root%\cli\target\modules"
set "stamp=%root%\cli\target\built"
set "jdk="

if defined NEXTSCALE_JAVA_HOME (
  call :take "%NEXTSCALE_JAVA_HOME%"
  if not defined jdk (
    >&2 echo nextscale: NEXTSCALE_JAVA_HOME: a JDK %oldest% or newer; got "%NEXTSCALE_JAVA_HOME%"
    exit /b 2
  )
)
if not defined jdk if defined JAVA_HOME call :take "%JAVA_HOME%"
if not defined jdk for %%j in (java.exe) do if not "%%~$PATH:j"=="" call :takejava "%%~$PATH:j"
if not defined jdk for %%p in (
  "%ProgramFiles%\Eclipse Adoptium"
  "%ProgramFiles%\Java"
  "%ProgramFiles%\Microsoft"
  "%ProgramFiles%\Zulu"
  "%ProgramFiles%\Amazon Corretto"
  "%ProgramFiles%\BellSoft"
  "%USERPROFILE%\.jdks"
  "%USERPROFILE%\.sdkman\candidates\java"
  "%USERPROFILE%\scoop\apps"
) do if not defined jdk call :search %%p
if not defined jdk (
  >&2 echo nextscale: a JDK %oldest% or newer; found none in JAVA_HOME, on PATH or in the usual folders.
  >&2 echo Install one ^(winget install EclipseAdoptium.Temurin.%oldest%.JDK, or https://adoptium.net^), or name one: set NEXTSCALE_JAVA_HOME=C:\path\to\jdk
  exit /b 2
)

if /i "%~1"=="verify" goto verify
if /i "%~1"=="build" goto build
if not exist "%stamp%" call :package || exit /b 2

if /i "%~1"=="--show-command" goto show
"%jdk%\bin\java.exe" -XX:+UseSerialGC -Xmn256m -XX:MaxRAMPercentage=75 %NEXTSCALE_JAVA_OPTS% --module-path "%modules%" --module io.nextscale.cli/io.nextscale.cli.Main %*
exit /b %ERRORLEVEL%

:build
call :package || exit /b 2
exit /b 0

:show
set "words=%*"
set "words=%words:~14%"
echo "%jdk%\bin\java.exe" -XX:+UseSerialGC -Xmn256m -XX:MaxRAMPercentage=75 %NEXTSCALE_JAVA_OPTS% --module-path "%modules%" --module io.nextscale.cli/io.nextscale.cli.Main%words%
exit /b 0

:verify
set "words=%*"
set "words=%words:~6%"
set "JAVA_HOME=%jdk%"
call "%root%\mvnw.cmd" -f "%root%\pom.xml" -B -ntp %words% verify
exit /b %ERRORLEVEL%

:package
>&2 echo nextscale: building with "%jdk%" (a minute or two the first time, and Maven downloads what it needs)
set "JAVA_HOME=%jdk%"
call "%root%\mvnw.cmd" -f "%root%\pom.xml" -B -Dmaven.test.skip=true -pl cli -am package 1>&2
if errorlevel 1 (
  >&2 echo nextscale: the build failed; what it said is above
  exit /b 1
)
>"%stamp%" echo built
exit /b 0

rem Takes the JDK whose java is %1.
:takejava
for %%h in ("%~dp1..") do call :take "%%~fh"
exit /b 0

rem Takes the first JDK below the folder %1 that is new enough.
:search
if not exist "%~1\" exit /b 0
pushd "%~1"
for /d %%d in (*) do (
  if not defined jdk call :take "%%~fd"
  if not defined jdk call :take "%%~fd\current"
)
popd
exit /b 0

rem Takes the JDK in %1 if its release file says that it is new enough.
:take
if not exist "%~1\bin\java.exe" exit /b 0
if not exist "%~1\bin\javac.exe" exit /b 0
if not exist "%~1\release" exit /b 0
set "major="
for /f "usebackq tokens=1,2 delims==" %%a in ("%~1\release") do if "%%a"=="JAVA_VERSION" call :major %%b
if not defined major exit /b 0
if %major% GEQ %oldest% set "jdk=%~1"
exit /b 0

:major
for /f "tokens=1 delims=.-+" %%v in ("%~1") do set "major=%%v"
exit /b 0
