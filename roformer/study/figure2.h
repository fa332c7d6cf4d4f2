// Figure 2 of the paper: the bound of Eq. 37 on the score of two tokens falls with their distance.
#pragma once
#include <filesystem>

namespace roformer::study {

/// Computes the bound for the paper's setting and for other sizes, bases and scalings, and the
/// score expected of random vectors; prints tables and writes OUT/report.html, OUT/curves.json and
/// a picture of each chart, where gnuplot is installed.
void reproduce_figure2(const std::filesystem::path& out);

}  // namespace roformer::study
