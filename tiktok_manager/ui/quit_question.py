"""The one question asked in a dialog: the window it would stand in is about to go."""

from PySide6.QtWidgets import QMessageBox, QWidget


class AskToQuit:
    """Asks whether to quit although something would stop."""

    @classmethod
    def ask(cls, parent: QWidget, under_way: int) -> bool:
        """Return whether the user quits although posts are under way or planned."""
        box = QMessageBox(parent)
        box.setWindowTitle("TikTok Manager")
        box.setIcon(QMessageBox.Icon.NoIcon)
        if under_way:
            box.setText("A post is being published. Quit anyway?")
            box.setInformativeText("It is stopped safely and goes on at the next start.")
        else:
            box.setText("Quit? Posts are only published while TikTok Manager runs.")
            box.setInformativeText("Planned posts wait until the next start.")
        quit_button = box.addButton("Quit", QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton("Stay", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.exec()
        return box.clickedButton() is quit_button
