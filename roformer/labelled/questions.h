// Questions about texts, answered by a piece of the text: SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016,
// 2018) as its JSON files, or one question a line of JSON.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/data/split.h"

namespace roformer::labelled {

struct Answer {
  std::string text;
  std::int64_t character = 0;      // where it begins in the context, in Unicode code points
  std::size_t begin = 0, end = 0;  // the same in bytes, and where it ends
};

struct Question {
  std::string id = {}, title = {}, question = {};
  std::size_t context = 0;  // number in QuestionText::contexts
  std::vector<Answer> answers = {};
  bool is_impossible = false;  // SQuAD 2.0: the context has no answer
  std::int32_t file = 0;       // number in QuestionText::files
};

struct QuestionText {
  std::vector<std::string> files;
  std::vector<std::string> contexts;  // each once a paragraph; many questions share one
  std::vector<Question> questions;

  const std::string& context_of(const Question& question) const {
    return contexts[question.context];
  }
  /// "FILE: question 'ID'"
  std::string place(const Question& question) const;
};

/// The questions of files, one after another. A file is SQuAD's object with "data", or has an
/// object with id, question, context, answers and maybe title and is_impossible in each line, as
/// Hugging Face's data sets have them: answers are a list of {"text", "answer_start"}, or an object
/// of two lists. A question is impossible if it says so, or if it says nothing and its list is
/// empty. Without `need_answers` a question may lack the key. Throws Error naming the file, the
/// line where there is one, and the question's id for a key that is missing or has a value of
/// another type, an answer that is empty, outside of its context or not in it at its place, answers
/// to an impossible question, and an id that stands twice in all files.
QuestionText read_questions(const std::vector<std::filesystem::path>& files,
                            bool need_answers = true);

/// A number for each question's group, which parts are cut by (groups.h): the hash of its title, or
/// of its context where it has none.
std::vector<std::uint64_t> group_hashes(const QuestionText& text);

/// The questions of one part, in their order, and their contexts.
QuestionText examples_of(const QuestionText& text, const std::vector<data::Split>& parts,
                         data::Split part);

}  // namespace roformer::labelled
