#include "roformer/base/command.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::base {
namespace {

TEST(CommandTest, InputGoesThrough) {
  // More than a pipe holds, both ways at once.
  const std::string input(3000000, 'x');
  const auto result = run_command({"cat"}, input);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output, input);
}

TEST(CommandTest, ArgumentsAreNotInterpreted) {
  EXPECT_EQ(run_command({"printf", "%s", "a b'$HOME\"*"}).output, "a b'$HOME\"*");
}

TEST(CommandTest, StatusAndErrors) {
  EXPECT_EQ(run_command({"sh", "-c", "exit 3"}).status, 3);
  EXPECT_EQ(run_command({"sh", "-c", "kill -9 $$"}).status, 128 + 9);
  EXPECT_EQ(run_command({"sh", "-c", "echo e >&2"}).output, "");
  EXPECT_EQ(run_command({"sh", "-c", "echo e >&2"}, {}, CommandErrors::join).output, "e\n");
}

TEST(CommandTest, ProgramThatDoesNotReadItsInput) {
  EXPECT_EQ(run_command({"true"}, std::string(3000000, 'x')).status, 0);
}

TEST(CommandTest, AbsentProgramIsAnError) {
  const auto message = tests::error_message([] { run_command({"no-such-program-here"}, "input"); });
  EXPECT_TRUE(tests::has_text(message, "no-such-program-here")) << message;
  EXPECT_FALSE(has_program("no-such-program-here"));
  EXPECT_TRUE(has_program("sh"));
}

TEST(CommandTest, AbandonedProgramIsEnded) {
  Command command({"sleep", "1000"});  // the destructor must not wait for it
}

}  // namespace
}  // namespace roformer::base
