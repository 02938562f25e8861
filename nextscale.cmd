@echo off
rem nextscale: finds a JDK, builds on first use and runs the command line.
rem
rem   nextscale                      the commands
rem   nextscale generate ...         one of them
rem   nextscale --show-command ...   prints the java command instead of running it (as first argument)
rem   nextscale build                builds again, after changes to the sources
rem   nextscale bench [...]          measures kernels; further arguments go to JMH
rem   nextscale bench --devices cpu,gpu  compares devices
rem   nextscale verify [...]         builds and runs all tests; further arguments go to Maven
rem   nextscale verify --device gpu  the contract of all operations on TornadoVM's first device
rem
rem NEXTSCALE_JAVA_HOME   the JDK to use, before JAVA_HOME and the search
rem TORNADOVM_HOME        an installed TornadoVM, for `--device` and `--devices` other than cpu, `devices` and
rem                       `verify --device gpu`
rem NEXTSCALE_JAVA_OPTS   further JVM flags, separated by spaces

setlocal EnableExtensions DisableDelayedExpansion
set "oldest=25"
set "root=%~dp0"
if "%root:~-1%"=="\" set "root=%root:~0,-1%"
call :program cli
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

set "first=%~1"
if /i "%~1"=="--show-command" set "first=%~2"
set "device="
if /i "%~1"=="verify" goto verify
if /i "%~1"=="build" goto build
if defined TORNADOVM_HOME call :asks %*
if defined device call :tornado || exit /b 2
set flags=-XX:+UseSerialGC -Xmn256m -XX:MaxRAMPercentage=75 %NEXTSCALE_JAVA_OPTS%
if defined device set flags=%flags% "@%TORNADOVM_HOME%\tornado-argfile" -XX:-UseParallelGC
if /i "%first%"=="bench" goto bench

set start=--module-path "%modules%" --module io.nextscale.cli/io.nextscale.cli.Main
if defined device set start=--class-path "%modules%\*" io.nextscale.cli.Main
if not exist "%stamp%" call :package || exit /b 2
if /i "%~1"=="--show-command" goto show
"%jdk%\bin\java.exe" %flags% %start% %*
exit /b %ERRORLEVEL%

rem On the class path: JMH starts JVMs of its own with it.
:bench
call :program bench
set start=--add-modules jdk.incubator.vector --class-path "%modules%\*" io.nextscale.bench.Main
set "words=%*"
set "words=%words:*bench=%"
if not exist "%stamp%" call :package || exit /b 2
if /i "%~1"=="--show-command" goto show
"%jdk%\bin\java.exe" %flags% %start%%words%
exit /b %ERRORLEVEL%

:show
set "words=%*"
set "words=%words:*--show-command=%"
if "%module%"=="bench" set "words=%words:*bench=%"
echo "%jdk%\bin\java.exe" %flags% %start%%words%
exit /b 0

:build
call :package || exit /b 2
if exist "%root%\bench\target\built" del "%root%\bench\target\built"
exit /b 0

:verify
set "words=%*"
set "words=%words:*verify=%"
call :asks %*
set "JAVA_HOME=%jdk%"
if defined device goto verifydevice
call "%root%\mvnw.cmd" -f "%root%\pom.xml" -B -ntp %words% verify
exit /b %ERRORLEVEL%

rem The tests that run on the stand-in without TornadoVM, on its first device.
:verifydevice
call :tornado || exit /b 2
call "%root%\mvnw.cmd" -f "%root%\pom.xml" -B -ntp -pl tornado-standin,tornado-kernels -am "-Dtest=DescriptorsTest,Device*Test,Kernel*Test,RealShapesTest,Tornado*Test" -Dsurefire.failIfNoSpecifiedTests=false verify
exit /b %ERRORLEVEL%

rem What runs: the command line, or the benchmarks, which stand on it.
:program
set "module=%1"
set "modules=%root%\%1\target\modules"
set "stamp=%root%\%1\target\built"
exit /b 0

rem Sets `device` where another device than the CPU is asked for; `devices` asks for all. Commas and equal signs separate
rem words here, so that the devices of a list follow one another up to the next flag.
:asks
if /i "%first%"=="devices" set "device=1"
set "values=0"
:word
if [%1]==[] exit /b 0
set "word=%~1"
if "%word:~0,1%"=="-" set "values=0"
if %values% GTR 0 if not "%word%"=="cpu" set "device=1"
if %values% GTR 0 set /a values-=1
if "%word%"=="--device" set "values=1"
if "%word%"=="--devices" set "values=99"
shift
goto word

:tornado
if exist "%TORNADOVM_HOME%\tornado-argfile" exit /b 0
>&2 echo nextscale: TORNADOVM_HOME: the folder of an installed TornadoVM, with its tornado-argfile; got "%TORNADOVM_HOME%" (docs/gpu.md says how to install it)
exit /b 1

:package
>&2 echo nextscale: building with "%jdk%" (a minute or two the first time, and Maven downloads what it needs)
set "JAVA_HOME=%jdk%"
call "%root%\mvnw.cmd" -f "%root%\pom.xml" -B -Dmaven.test.skip=true -pl %module% -am package 1>&2
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
