// Every unit test program's main. CppUTest's own leak detector is off: it takes the long-lived objects of Kea and Boost for
// leaks and hides heap overflows from AddressSanitizer; the asan preset finds both kinds of fault.
#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>
#include <CppUTest/TestRegistry.h>

int main(int argc, char** argv) {
    MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();
    CommandLineTestRunner runner(argc, argv, TestRegistry::getCurrentRegistry());
    return runner.runAllTestsMain();
}
