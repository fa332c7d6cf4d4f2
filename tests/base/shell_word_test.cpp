#include "roformer/base/shell_word.h"

#include <gtest/gtest.h>

namespace roformer::base {
namespace {

TEST(ShellWord, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(shell_word("data.text=../books/a-b_c.txt"), "data.text=../books/a-b_c.txt");
  EXPECT_EQ(shell_word("data.source=[]"), "'data.source=[]'");
  EXPECT_EQ(shell_word("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("~/x"), "'~/x'");
}

TEST(ShellWord, PathsAreNoOptions) {
  EXPECT_EQ(shell_path("/home/größe/模型"), "/home/größe/模型");
  EXPECT_EQ(shell_path("two words"), "'two words'");
  EXPECT_EQ(shell_path("-m"), "./-m");
  EXPECT_EQ(shell_path("-m x"), "'./-m x'");
}

}  // namespace
}  // namespace roformer::base
